/* Where the camera stands when the map is seen aslant: the library fits bounds as if it looked straight down, so that what is
   near would be cut off. Lengths are pixels of the map, `y` goes north on the ground, `up` is up on the screen. */
(() => {
  "use strict";

  const TILE = 512;
  const AWAY = 1.5;           // the camera's distance from the middle, in heights of the map: the library's field of view
  const ROUNDS = 12;

  const across = lon => (lon + 180) / 360;
  const down = lat => (1 - Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360)) / Math.PI) / 2;
  const latitude = y => (2 * Math.atan(Math.exp((1 - 2 * y) * Math.PI)) - Math.PI / 2) * 180 / Math.PI;

  /* A point so far north of the middle and so high above the ground: how far up it is seen, and how large what is there. */
  function seen(y, height, distance, pitch) {
    const large = distance / (distance + y * Math.sin(pitch) - height * Math.cos(pitch));
    return {up: (y * Math.cos(pitch) + height * Math.sin(pitch)) * large, large};
  }

  /* The centre and zoom at which bounds, with what rises from them by a share of their larger side, fill what `padding` leaves. */
  function aslant([west, south, east, north], size, padding, degrees, rise) {
    const pitch = degrees * Math.PI / 180, distance = AWAY * size.height;
    const wide = across(east) - across(west), tall = down(south) - down(north);
    const room = {width: size.width - padding.left - padding.right, height: size.height - padding.top - padding.bottom};
    const aim = {x: (padding.left - padding.right) / 2, up: (padding.bottom - padding.top) / 2};
    let world = room.width / wide, y = 0, near, far;
    for (let round = 0; round < ROUNDS; round++) {
      const half = tall * world / 2, height = rise * Math.max(wide, tall) * world;
      near = seen(y - half, 0, distance, pitch);
      far = seen(y + half, height, distance, pitch);
      const widest = seen(y - half, height, distance, pitch).large;
      world *= Math.min(room.width / (wide * world * widest), room.height / (far.up - near.up));
      y += (aim.up - (far.up + near.up) / 2) / Math.cos(pitch);
    }
    const x = aim.x / near.large;
    const middle = {x: (across(west) + across(east)) / 2 - x / world, y: (down(south) + down(north)) / 2 + y / world};
    return {center: [middle.x * 360 - 180, latitude(middle.y)], zoom: Math.log2(world / TILE)};
  }

  window.tonglan = Object.assign(window.tonglan || {}, {mapCamera: {aslant}});
})();

/* Where the camera stands when the map is seen aslant: the library fits bounds as if it looked straight down, so that what is
   near would be cut off. Lengths are pixels of the map, `y` goes north on the ground, `up` is up on the screen. */
(() => {
  "use strict";

  const TILE = 512;
  const AWAY = 1.5;           // the camera's distance from the middle, in heights of the map: the library's field of view
  const ROUNDS = 12;
  const NEARER = 1;           // zooms: so much nearer is looked for
  const WORTH = 0.12;         // zooms: less is not worth giving up the free side, where words about places stand
  const PLACES = [[0, 0], [1, 0], [0, 1], [1, 1]];   // in the middle, at the right, at the foot, in that corner

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

  /* Where parts are seen, in pixels from the map's corner; each as high as what rises from it may be. */
  function boxes(parts, size, {x, y, world}, pitch, height) {
    const distance = AWAY * size.height;
    return parts.map(([west, south, east, north]) => {
      const box = {left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity};
      for (const lat of [south, north]) for (const high of [0, height * world]) {
        const {up, large} = seen((y - down(lat)) * world, high, distance, pitch);
        for (const lon of [west, east]) {
          const at = size.width / 2 + (across(lon) - x) * world * large;
          box.left = Math.min(box.left, at);
          box.right = Math.max(box.right, at);
        }
        box.top = Math.min(box.top, size.height / 2 - up);
        box.bottom = Math.max(box.bottom, size.height / 2 - up);
      }
      return box;
    });
  }

  const around = all => ({left: Math.min(...all.map(one => one.left)), right: Math.max(...all.map(one => one.right)),
    top: Math.min(...all.map(one => one.top)), bottom: Math.max(...all.map(one => one.bottom))});
  const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
  const middle = (from, to, length) => (from + to - length) / 2;

  /* The same camera moved so that the parts stand at one edge of what `padding` leaves, or in its middle. */
  function moved(camera, parts, size, padding, [sideways, upward], pitch, height) {
    const free = {left: padding.left, right: size.width - padding.right, top: padding.top, bottom: size.height - padding.bottom};
    for (let round = 0; round < ROUNDS / 2; round++) {
      const all = around(boxes(parts, size, camera, pitch, height)), wide = all.right - all.left, tall = all.bottom - all.top;
      const left = sideways ? free.right - wide : middle(free.left, free.right, wide);
      const top = upward ? free.bottom - tall : middle(free.top, free.bottom, tall);
      camera = {...camera, x: camera.x - (left - all.left) / camera.world, y: camera.y - (top - all.top) / camera.world / Math.cos(pitch)};
    }
    return camera;
  }

  /* A camera nearer than `least`, where the parts leave room for what lies `over` a corner of the map although the bounds around
     them all do not; null where there is none. */
  function beside(least, parts, size, padding, over, degrees, rise) {
    const pitch = degrees * Math.PI / 180, [x, y] = [across(least.center[0]), down(least.center[1])];
    const wide = Math.max(...parts.map(one => across(one[2]))) - Math.min(...parts.map(one => across(one[0])));
    const tall = Math.max(...parts.map(one => down(one[1]))) - Math.min(...parts.map(one => down(one[3])));
    const height = rise * Math.max(wide, tall);
    const fits = camera => {
      const all = boxes(parts, size, camera, pitch, height), {left, right, top, bottom} = around(all);
      return left >= padding.left - 1 && right <= size.width - padding.right + 1 && top >= padding.top - 1
        && bottom <= size.height - padding.bottom + 1 && all.every(box => apart(box, over));
    };
    let best = null;
    for (let from = least.zoom, step = NEARER / 2; step > NEARER / 64; step /= 2) {
      const start = {x, y, world: TILE * 2 ** (from + step)};
      const found = PLACES.map(place => moved(start, parts, size, padding, place, pitch, height)).find(fits);
      if (found) from += step;
      if (found) best = {center: [found.x * 360 - 180, latitude(found.y)], zoom: from};
    }
    return best && best.zoom > least.zoom + WORTH ? best : null;
  }

  window.tonglan = Object.assign(window.tonglan || {}, {mapCamera: {aslant, beside}});
})();

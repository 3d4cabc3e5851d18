/* A camera's picture: its stream or its newest snapshot, opened with the drawer and shut with it, or why it does not show.
   The library that plays streams comes with the first of them; where the browser knows no media sources, it plays them itself. */
(() => {
  "use strict";

  const {createElement, useEffect, useRef, useState} = window.React;
  const named = document.querySelector('meta[name="library-streams"]')?.content;
  const LIBRARY = new URL(named || "vendor/hls.light.min.mjs", document.currentScript.src).href;
  const PATIENCE_MS = 15000;      // until a stream that sends nothing is said not to answer
  const AGAIN_MS = 20000;         // after which what may pass is tried once more
  const PASSING = new Set(["silent", "refused", "broken"]);
  const CODECS = new Set(["manifestIncompatibleCodecsError", "bufferAddCodecError", "bufferIncompatibleCodecsError", "fragParsingError"]);
  const NATIVE = "application/vnd.apple.mpegurl";
  const shared = window.tonglan = window.tonglan || {};

  const mixed = address => window.location.protocol === "https:" && address.startsWith("http:");

  /* Whether anything answers there, though not to this page. */
  async function answers(address) {
    try {
      await fetch(address, {mode: "no-cors", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS)});
      return true;
    } catch {
      return false;
    }
  }

  async function silent(address) {
    return {why: await answers(address) ? "foreign" : "silent"};
  }

  /* What an error of the library means to a person; `moved`: whether there was a picture before. */
  async function meaning(error, address, moved) {
    const {type, details, response} = error;
    if (CODECS.has(details)) return {why: "codec", value: error.mimeType || error.levels?.[0]?.codecSet || ""};
    if (details === "manifestParsingError" || details === "levelEmptyError" || details === "levelParsingError") return {why: "other"};
    if (type === "networkError" && response?.code >= 400) return {why: "refused", value: response.code};
    if (type === "networkError") return moved ? {why: "broken"} : silent(error.frag?.url || error.url || address);
    return {why: type === "mediaError" ? "codec" : "broken", value: ""};
  }

  /* Plays into a video. Returns: what stops it. `told` hears {why, value}; why is "playing" once it moves. */
  function play(video, address, told) {
    const ended = new AbortController(), on = (name, heard) => video.addEventListener(name, heard, {signal: ended.signal});
    let player = null, last = null;     // what went wrong last, which the library tries again by itself
    const tell = said => { if (!ended.signal.aborted) told(said); };
    const moves = () => video.currentTime > 0 && video.videoWidth > 0;
    const patience = setTimeout(async () => {
      if (last) tell(await meaning(last, address, false));
      else tell(video.currentTime > 0 ? {why: "other"} : await silent(address));    // sound alone is no picture
    }, PATIENCE_MS);
    let standing;       // a stream that nobody feeds any more is no error to the library, and its last picture is not live
    on("timeupdate", () => {
      if (!moves()) return;
      clearTimeout(patience);
      clearTimeout(standing);
      standing = setTimeout(() => { if (video.ended || !video.paused) tell({why: "broken"}); }, PATIENCE_MS);
      tell({why: "playing"});
    });
    const begin = () => video.play().catch(() => {});   // where it may not begin by itself there is a button to
    if (window.MediaSource || window.ManagedMediaSource) {
      import(LIBRARY).then(({default: Hls}) => {
        if (ended.signal.aborted) return;
        player = new Hls({backBufferLength: 30});
        player.on(Hls.Events.MANIFEST_PARSED, begin);
        player.on(Hls.Events.ERROR, async (_, error) => {
          if (!error.fatal) {
            if (error.type === "networkError") last = error;
            return;
          }
          clearTimeout(patience);
          const moved = moves();
          player.destroy();
          tell(await meaning(error, address, moved));
        });
        player.loadSource(address);
        player.attachMedia(video);
      }, () => tell({why: "library"}));
    } else if (video.canPlayType(NATIVE)) {
      on("error", async () => tell(video.error?.code === MediaError.MEDIA_ERR_NETWORK ? await silent(address) : {why: "codec", value: ""}));
      video.src = address;
      begin();
    } else {
      tell({why: "library"});
    }
    return () => {
      ended.abort();
      clearTimeout(patience);
      clearTimeout(standing);
      player?.destroy();
      video.removeAttribute("src");
      video.load();
    };
  }

  function Stream({address, name, poster, told}) {
    const video = useRef(null);
    useEffect(() => play(video.current, address, told), [address]);
    return createElement("video", {ref: video, muted: true, controls: true, playsInline: true, poster, "aria-label": name});
  }

  function Snapshot({address, name, told}) {
    const failed = async () => told(await answers(address) ? {why: "other"} : {why: "silent"});
    return createElement("img", {src: address, alt: name, onLoad: () => told({why: "shown"}), onError: failed});
  }

  function Picture(props) {
    const words = JSON.parse(props["data-words"]), name = props["data-name"], held = props["data-held"];
    const stream = props["data-stream"], poster = props["data-snapshot"] || undefined, address = stream || poster;
    const [state, set] = useState({why: "opening"}), [turn, again] = useState(0), [anyway, open] = useState(false);
    const tell = said => set(old => (old.why === said.why && old.value === said.value ? old : said));   // a video tells all the time
    const shut = held && !anyway ? "held" : mixed(address) ? "mixed" : null;
    useEffect(() => { tell({why: "opening"}); }, [address, turn, shut]);
    useEffect(() => {
      if (shut || !PASSING.has(state.why)) return undefined;
      const waiting = setTimeout(() => again(turn + 1), AGAIN_MS);
      return () => clearTimeout(waiting);
    }, [state, turn, shut]);
    const why = shut || state.why, fine = why === "playing" || why === "shown" || why === "opening";
    const said = why === "held" ? held : (words[why] || "").replace("{value}", state.value || words.unknown);
    const retry = why === "held" ? () => open(true) : () => { tell({why: "opening"}); again(turn + 1); };
    const seen = shut || !fine ? null : createElement(stream ? Stream : Snapshot, {key: `${address}${turn}`, address, name, poster, told: tell});
    const can = why === "held" || why === "shown" || (!fine && why !== "mixed");
    return createElement("div", {className: `picture ${fine ? why : "failed"}`}, seen,
      createElement("div", {className: "said"}, createElement("p", {role: "status"}, said),
        can ? createElement("button", {type: "button", onClick: retry}, words[why === "held" ? "anyway" : why === "shown" ? "refresh" : "again"]) : null));
  }

  Object.assign(shared, {Picture});
})();

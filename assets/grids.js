/* Long tables, drawn by AG Grid, which comes with the first of them: no other page pays for it. What all tables share is said
   here once, not sent with each; colours are those of the style sheet. */
(() => {
  "use strict";

  const {createElement, useEffect, useMemo, useState} = window.React;
  const library = name => document.querySelector(`meta[name="library-${name}"]`)?.content;
  const AGAIN_MS = 5000, SOON_MS = 20;
  const FACE = "$";                      // beside a cell's value under this mark: what is drawn of it
  const shared = window.tonglan = window.tonglan || {};
  const collator = new Intl.Collator(undefined, {numeric: true});

  /* ---- what comes with the first table ---- */

  function script(address) {
    return new Promise((done, failed) => {
      const element = document.createElement("script");
      element.src = address;
      element.onload = done;
      element.onerror = () => { element.remove(); failed(new Error(`${address} did not load`)); };
      document.head.appendChild(element);
    });
  }

  async function load() {
    const words = fetch(library("table-words")).then(answer => answer.json());
    while (!window.PropTypes) await new Promise(done => setTimeout(done, SOON_MS));   // the library needs what Dash brings, which may come later
    await script(library("tables"));
    shared.tableWords = await words;
    return window.dash_ag_grid.AgGrid;
  }

  let coming = null;

  function arrived() {
    return coming ||= load().catch(error => {
      console.warn("tables cannot be drawn", error);
      setTimeout(() => { coming = null; }, AGAIN_MS);
      return null;
    });
  }

  /* ---- cells ---- */

  /* A cell's face, or its value where it has none. */
  function Face({value, data, colDef}) {
    return shared.face(data?.[colDef.field + FACE] ?? value ?? "");
  }

  /* What is not known stands last in either order. */
  function lastly(a, b, first, second, descending) {
    if (a == null || b == null) return a == null && b == null ? 0 : (a == null) === descending ? -1 : 1;
    return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(a, b);
  }

  (window.dashAgGridComponentFunctions ||= {}).Face = Face;
  Object.assign(window.dashAgGridFunctions ||= {}, {lastly});

  const COLUMN = {
    cellRenderer: "Face", comparator: {function: "lastly"}, sortable: true, resizable: true, minWidth: 90, suppressMovable: true, wrapHeaderText: true, autoHeaderHeight: true,
  };
  const OPTIONS = {
    suppressCellFocus: false, animateRows: false, suppressColumnMoveAnimation: true, enableCellTextSelection: true, ensureDomOrder: true, accentedSort: false,
    suppressColumnVirtualisation: true, headerHeight: 40, rowHeight: 40, floatingFiltersHeight: 36,
  };

  /* ---- tables ---- */

  /* Enter follows the link of the cell that has the focus; Escape shuts a filter, not the page. */
  function pressed(event) {
    if (event.key === "Escape" && event.target.closest(".ag-popup, input")) event.stopPropagation();
    if (event.key === "Enter" && event.target.matches(".ag-cell")) event.target.querySelector("a[href]")?.click();
  }

  const printing = window.matchMedia("print"), narrow = window.matchMedia("(max-width: 700px)"), close = window.matchMedia("(max-width: 1000px)");

  const SHEET = 1000, SHARE = 180, NAME = 300;   // pixels: of an A4 sheet as it is printed here; of columns that share the room
  const CLOSER = .76, FIRST = 170;               // of a column's width, what a tablet gives it; pixels of its names

  /* Whether it is so now, and from when it is otherwise. */
  function useNow(query) {
    const [so, setSo] = useState(query.matches);
    useEffect(() => {
      const turned = () => setSo(query.matches);
      turned();
      query.addEventListener("change", turned);
      return () => query.removeEventListener("change", turned);
    }, [query]);
    return so;
  }

  /* On paper nothing can be moved: all columns stand on the sheet, as wide as they are to each other. */
  function printed(columns) {
    const widths = columns.map((column, at) => column.width || (at ? SHARE : NAME)), whole = widths.reduce((sum, width) => sum + width, 0);
    return columns.map(({narrow: _, flex, floatingFilter, ...kept}, at) => ({
      ...kept, width: Math.floor(widths[at] * SHEET / whole), minWidth: 0}));
  }

  /* On a tablet columns are closer, and names stay in sight where not all columns fit. */
  function closer(columns) {
    const told = columns.map(({narrow: _, ...column}) => column.width ? {...column, width: Math.round(column.width * CLOSER), minWidth: 56} : column);
    const whole = told.reduce((sum, column) => sum + (column.width || COLUMN.minWidth), 0);
    return told.map((column, at) => {
      const {flex, ...kept} = column, first = at === 0 && whole > window.innerWidth;
      return first ? {...kept, width: column.width || FIRST, pinned: "left"} : column;
    });
  }

  /* On a phone the names stay in sight while the rest is moved; what has no room is left out. */
  function fitted(columns, small, medium) {
    if (medium && !small) return closer(columns);
    return columns.filter(column => !small || column.narrow !== 0).map(({narrow: width, ...column}, at) => {
      if (!small) return column;
      const {flex, floatingFilter, ...kept} = column;
      const least = width || (at ? 112 : 124);
      return {...kept, minWidth: least, ...(at ? {flex: least} : {width: least, pinned: "left"})};
    });
  }

  function useLibrary() {
    const [drawing, setDrawing] = useState(() => window.dash_ag_grid?.AgGrid && shared.tableWords ? window.dash_ag_grid.AgGrid : null);
    useEffect(() => {
      if (drawing) return;
      let here = true, timer = null;
      const ask = async () => {
        const found = await arrived();
        if (here && found) setDrawing(() => found);
        else if (here) timer = setTimeout(ask, AGAIN_MS);
      };
      ask();
      return () => { here = false; clearTimeout(timer); };
    }, [drawing]);
    return drawing;
  }

  /* The same object for as long as it says the same: AG Grid would begin anew with another. */
  const useSame = told => useMemo(() => told, [JSON.stringify(told)]);

  const nothing = () => undefined;

  function Grid({id, rowData, columnDefs, dashGridOptions = {}, className, style}) {
    const drawing = useLibrary(), whole = useNow(printing), small = useNow(narrow) && !whole, medium = useNow(close) && !whole, language = document.documentElement.lang;
    const rows = useSame(rowData), columns = useSame(whole ? printed(columnDefs) : fitted(columnDefs, small, medium));
    const options = useSame({...OPTIONS, ...dashGridOptions, ...(whole ? {domLayout: "print"} : {}),
      ...(language.startsWith("zh") && shared.tableWords ? {localeText: shared.tableWords} : {})});
    const box = {className: `grid ${whole || options.domLayout === "autoHeight" ? "" : "tall"} ${className || ""}`, style, onKeyDown: pressed};
    if (!drawing) return createElement("div", {...box, "aria-busy": true});
    return createElement("div", box, createElement(drawing, {
      key: `${language}${whole}${small}${medium}`, id, rowData: rows, columnDefs: columns, defaultColDef: COLUMN, dashGridOptions: options,
      getRowId: "params.data.id", columnSize: null, className: "ag-theme-tonglan", style: {height: "100%"}, setProps: nothing}));
  }

  shared.Grid = Grid;
})();

"""Which of the tables are regions, and how these hang together."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas
import numpy as np
import shapely

from ingest.mapping import languages
from ingest.mapping.languages import among
from ingest.pack.tree import Lengths
from ingest.regions.rows import GEOMETRY, filled
from ingest.scaffold.found import Found

CODE = re.compile(among(r"代码|编码|区划码|^code$|^c[óo]digo|code$|_id$|^id$|geoid|adcode|fips|编号|^co?d_|_cod$|bm$|dm$"
                        r"|[ _]no\.?$|_nr$|num(?:be?r?)?(?:_\d)?$", "code"), re.IGNORECASE)
RUNNING = re.compile(r"^(?:objectid|fid|gid|ogc_fid|id_0|序号|id|s\.? ?no\.?|sr\.? ?no\.?)(?:_?\d+)?$", re.IGNORECASE)
NAME = re.compile(among(r"名称|名$|^name|name$|^nome?$|^bezeichnung|^nombre|^no?m_|mc$", "name"), re.IGNORECASE)
PARENT = re.compile(r"上级|父|所属|隶属|parent|upper|belongs", re.IGNORECASE)
HAN = re.compile(r"[\u4e00-\u9fff]")
MOST_REGIONS = 20_000
DIVISIONS = (2, 4, 6, 9, 12)   # digits of a province's, a city's, a district's, a street's, a village's code (GB/T 2260, 10114)
COVERED, COVERED_CALLED = 0.3, 0.05     # of the ground that areas span, when they are regions, and are called so
OUTLINE = re.compile(r"bound|border|outline|limit|contour|city|grenz|umriss|边界|范围|市", re.IGNORECASE)
SHORT_CODE = r"[\w-]{0,20}"
LONGEST = 40         # letters of a region's name
MOST_NAMED = 500     # regions that a table of something else names
MOSTLY_IN = 0.5      # of the regions lie in those that they hang on
NAMESAKES = 0.3      # of the rows have different names, at least
ALIKE = 0.95         # of the values, that they are codes or names of regions


@dataclass(frozen=True)
class Kind:
    """A level as people call it: its key, its names, and what its files, columns and regions are called."""

    key: str
    zh: str
    en: str
    called: "re.Pattern[str]"
    ends: tuple[str, ...]


def kind(key: str, zh: str, en: str, called: str, *ends: str) -> Kind:
    """A kind of level."""
    return Kind(key, zh, en, re.compile(among(called, key), re.IGNORECASE), (*ends, *languages.ends(key)))


KINDS = (
    kind("district", "区县", "District",
         r"区县|区划|县|district|county|borough|arrondissement|bezirk|distrito|alcald|(?<![社辖地])区", "区", "县", "旗"),
    kind("street", "街道", "Street",
         r"街道|街镇|乡镇|镇|subdistrict|township|ward|quartier|stadtteil|ortsteil|barrio|bairro|colonia|wijk|freguesia",
         "街道", "镇", "乡"),
    kind("village", "社区", "Village", r"社区|村|village|community|neighbo", "社区", "村", "委会"),
    kind("grid", "网格", "Grid", r"网格|grid|tract|block", "网格"),
)


@dataclass(frozen=True)
class Level:
    """A level of the tree that was found: of which table, by which columns, and what is not sure about it."""

    found: Found
    kind: Kind
    code: str
    name: str
    parent: Any = None                 # as YAML has it
    repeated: bool = False
    notes: tuple[str, ...] = ()
    shapes: Found | None = None        # another table that draws them
    shape_code: str = ""
    below: tuple[Kind, ...] = ()       # the levels of a table that holds all of them, by its own parents

    @property
    def count(self) -> int:
        """How many regions there are."""
        return int(codes_of(self.found, self.code).nunique())


def levels(tables: Sequence[Found]) -> list[Level]:
    """The levels below the city, the uppermost first; none where no table is of regions."""
    alone = drawn_together([level for table in tables if (level := alone_in(table)) is not None])
    whole = [level for level in alone if level.below]
    if whole:
        return extended(whole[0], [level for level in alone if level is not whole[0] and level.found.drawn])
    used = [level.found for level in alone] + [level.shapes for level in alone]
    flat = [level for table in tables if not table.drawn and table not in used for level in flat_in(table)]
    found = coded_apart(unlike(sorted(with_groups(alone) or flat, key=lambda level: level.count)))
    return [hung(level, found[number - 1] if number else None) for number, level in enumerate(found)]


def extended(whole: Level, drawn: Sequence[Level]) -> list[Level]:
    """A table of all levels, with the shapes of some of its regions and with what hangs below them, out of tables of shapes."""
    codes = set(codes_of(whole.found, whole.code))
    below: list[Level] = []
    for level in drawn:
        columns = [column for column in level.found.rows.columns if column not in (GEOMETRY, level.code)]
        parents = [column for column in columns if share(level.found.column(column), codes) > ALIKE]
        if whole.shapes is None and share(codes_of(level.found, level.code), codes) > ALIKE:
            whole = replace(whole, shapes=level.found, shape_code=level.code)
        elif parents and not below:
            below = [replace(level, parent=parents[0], below=())]
    named = unlike([*(Level(whole.found, kind, "", "") for kind in whole.below), *below])
    whole = replace(whole, below=tuple(level.kind for level in named))
    return [whole, *(replace(level, kind=named[-1].kind) for level in below)]


def with_groups(found: Sequence[Level]) -> list[Level]:
    """The levels, and those above the uppermost that its own table names: the same code and name on several rows."""
    if not found:
        return []
    top = min(found, key=lambda level: level.count)
    above = groups_in(top)
    if not above:
        return list(found)
    hung = [replace(level, parent=above[at - 1].code if at else None) for at, level in enumerate(above)]
    return [*hung, *(replace(level, parent=above[-1].code) if level is top else level for level in found)]


def groups_in(level: Level) -> list[Level]:
    """The levels above that pairs of columns of a table give, the uppermost first: a code and a name, one for the other, each
    on several rows; each of a lower one lies in one of the upper."""
    table = level.found
    few = [column for column in table.rows.columns if column not in (GEOMETRY, level.code, level.name) and groups(table, column)]
    pairs: dict[str, str] = {}
    for name in (column for column in few if is_words(table, column)):
        code = next((column for column in few if column not in (name, *pairs) and not is_words(table, column)
                     and same(table, column, name)), None)
        if code is not None:
            pairs[code] = name
    made: list[Level] = []
    for code, name in sorted(pairs.items(), key=lambda pair: int(table.column(pair[0]).nunique())):
        if made and not (within(table, code, made[-1].code) and not same(table, code, made[-1].code)):
            continue
        note = f"{code} and {name} stand for each other, each on several rows; if they are no level, take this entry out"
        made.append(Level(table, kind_of(table, name, file=False), code, name, repeated=True, notes=(note,)))
    return made


def within(table: Found, lower: str, upper: str) -> bool:
    """Whether each value of a column stands beside one value of another alone."""
    return len(set(zip(table.column(lower), table.column(upper), strict=True))) == int(table.column(lower).nunique())


def same(table: Found, one: str, other: str) -> bool:
    """Whether two columns part the rows alike."""
    return within(table, one, other) and within(table, other, one)


def groups(table: Found, column: str) -> bool:
    """Whether a column parts the rows into a few groups of several rows each, on average."""
    cells = table.column(column)
    return bool((cells != "").all()) and 2 <= cells.nunique() <= len(cells) / 2


def drawn_together(found: Sequence[Level]) -> list[Level]:
    """The levels, where one table names what another draws as one."""
    named, drawn = ([level for level in found if level.found.drawn is is_drawn] for is_drawn in (False, True))
    made = []
    for level in named:
        codes = set(codes_of(level.found, level.code))
        same = [other for other in drawn if share(codes_of(other.found, other.code), codes) > ALIKE]
        drawn = [other for other in drawn if other not in same]
        made.append(replace(level, shapes=same[0].found, shape_code=same[0].code) if same else level)
    return [*made, *drawn]


def in_itself(level: Level) -> Level:
    """A level whose table holds the ones above as well: its parents are among its own codes."""
    codes = codes_of(level.found, level.code)
    own = dict(zip(codes, codes.index, strict=True))
    for column in level.found.rows.columns:
        if column in (GEOMETRY, level.code) or not len(own):
            continue
        cells = level.found.column(column)
        # two regions or more hang on most parents: a column whose cells all differ numbers the rows
        many = not tells_apart(level.found, column)
        if many and cells[cells != ""].isin(own.keys()).mean() > 0.5 and (cells != level.found.column(level.code)).all():
            return replace(level, parent=column, below=by_depth(level, dict(zip(codes, cells[codes.index], strict=True))))
    return by_zeros(level, list(codes))


def by_zeros(level: Level, codes: Sequence[str]) -> Level:
    """The level, where the zeros at the ends of its codes say what hangs on what: all parents are there, below one that is
    above all."""
    whole = {len(code) for code in codes}
    if len(whole) != 1 or not all(map(str.isdigit, codes)):
        return level
    size = whole.pop()
    ends = {next((length for length in DIVISIONS if length <= size and not code[length:].strip("0")), size) for code in codes}
    if len(ends) < 2 or size not in DIVISIONS:
        return level
    lengths = Lengths(lengths=tuple(sorted({*ends, size})))
    parents = {code: lengths.parent(code) for code in codes}
    if list(parents.values()).count("") != 1 or not set(parents.values()) - {""} <= set(codes):
        return level
    note = "the zeros at the codes' ends say the levels: how many digits each has"
    return replace(level, parent=lengths.model_dump(mode="json"), notes=(*level.notes, note), below=by_depth(level, parents))


def by_depth(level: Level, parents: dict[str, str]) -> tuple[Kind, ...]:
    """The kinds of the levels of a table, by how far each region is from one that hangs on nobody."""
    depth: dict[str, int] = {}
    for code in parents:
        way = [code]
        while (above := parents.get(way[-1])) in parents and above not in way:
            way.append(parents[way[-1]])
        if above not in way:      # circles have no depth: whoever reads the tree tells them
            depth[code] = len(way) - 1
    names = dict(zip(codes_of(level.found, level.code), level.found.column(level.name), strict=False))
    at_depth = [[names[code] for code in depth if depth[code] == at] for at in range(max(depth.values(), default=0) + 1)]
    found = [Level(level.found, by_names(called) or KINDS[min(at, len(KINDS) - 1)], "", "") for at, called in enumerate(at_depth)]
    top = [code for code in depth if depth[code] == 0]
    return tuple(one.kind for one in unlike(found[1:] if len(top) == 1 else found))


def alone_in(table: Found) -> Level | None:
    """The level of a table that is of regions alone: areas, or few rows with a code and a name and no more."""
    if not table.whole or len(table.rows) > MOST_REGIONS:
        return None
    code, name = code_column(table), name_column(table)
    if code is None or not (is_laid_out(table, name or code) if table.drawn else name is not None and small(table)):
        return None
    sure = () if CODE.search(code) else (f"code: {code} was taken because its values differ",)
    return in_itself(Level(table, kind_of(table, name or code), code, name or code, notes=sure))


def is_laid_out(table: Found, name: str) -> bool:
    """Whether areas divide a city among them: they cover much of the ground around them, as buildings and parks do not."""
    if table.guess.read.format == "cityjson":
        return False
    if by_names(table.column(name)) is not None:
        return True
    called = any(kind.called.search(name) or kind.called.search(table.file.name) for kind in KINDS)
    shapes = table.rows[GEOMETRY].to_numpy(object)
    ground = shapely.convex_hull(shapely.geometrycollections(shapes[~shapely.is_missing(shapes)])).area
    covered = float(np.nansum(shapely.area(shapes))) / ground if ground else 0.0   # one that is missing has no area
    alone = len(table.rows) == 1 and not OUTLINE.search(table.file.name)
    return covered > (COVERED_CALLED if called else COVERED) and not (alone and not called)


def small(table: Found) -> bool:
    """Whether a table has nothing but codes and names."""
    columns = [column for column in table.rows.columns if table.column(column).ne("").any()]
    known = [column for column in columns if CODE.search(column) or NAME.search(column) or PARENT.search(column)
             or any(kind.called.search(column) for kind in KINDS)]
    return len(known) >= max(2, len(columns) - 1)


def code_column(table: Found) -> str | None:
    """The column whose values tell the rows apart: one called like a code, else of short texts that are neither words nor
    measures; a table's own numbering only where nothing else does."""
    telling = [column for column in table.rows.columns if column != GEOMETRY and tells_apart(table, column)]
    called = [column for column in telling if CODE.search(column) and not PARENT.search(column)]
    short = [column for column in telling if not is_words(table, column) and table.column(column).str.fullmatch(SHORT_CODE).all()]
    ranked = [*called, *short, *telling]
    return next((column for column in ranked if not RUNNING.match(column)), ranked[0] if ranked else None)


def tells_apart(table: Found, column: str) -> bool:
    """Whether every row has a value of its own."""
    cells = table.column(column)
    return bool((cells != "").mean() > ALIKE and cells[cells != ""].is_unique)


def name_column(table: Found) -> str | None:
    """The column of names: called so, else the one whose words differ most."""
    words = [column for column in table.rows.columns if column != GEOMETRY and is_words(table, column) and differs(table, column)]
    called = [column for column in words if NAME.search(column) and not PARENT.search(column)]
    return called[0] if called else max(words, key=lambda column: table.column(column).nunique()) if words else None


def differs(table: Found, column: str) -> bool:
    """Whether most rows have another value, as regions have names of their own but for some namesakes."""
    cells = table.column(column)
    return bool(cells.nunique() > NAMESAKES * len(cells))


def is_words(table: Found, column: str) -> bool:
    """Whether the cells are words and no figures."""
    cells = table.column(column)
    cells = cells[cells != ""]
    return len(cells) > 0 and bool(cells.map(wordy).mean() > 0.5)


def wordy(cell: str) -> bool:
    """Whether a text is a name, which may hold a number, and no code: it has two letters or more for each digit."""
    return any(map(str.isalpha, cell)) and sum(map(str.isalpha, cell)) >= 2 * sum(map(str.isdigit, cell))


def kind_of(table: Found, name: str, *, file: bool = True) -> Kind:
    """Which level a table's regions are of: by their names' endings, else by what the column and the `file` are called."""
    called = [kind for kind in KINDS if kind.called.search(name) or (file and kind.called.search(str(table.file)))]
    return by_names(table.column(name)) or (called[-1] if called else KINDS[0])


def by_names(names: Iterable[str]) -> Kind | None:
    """Which level regions of these names are of; None when their endings do not tell."""
    known = list(names)
    return next((kind for kind in KINDS if sum(name.endswith(kind.ends) for name in known) > 0.6 * len(known)), None)


def flat_in(table: Found) -> list[Level]:
    """The levels of a table that names a district, a street … on each line, from the uppermost down."""
    found: list[Level] = []
    for kind in KINDS:
        columns = [column for column in table.rows.columns if kind.called.search(column) and is_level(table, column)]
        if not columns:
            continue
        name = next((column for column in columns if not CODE.search(column)), columns[0])
        code = next((column for column in columns if CODE.search(column)), None)
        if found and any(name == level.name for level in found):
            continue
        upper = found[-1] if found else None
        above = "" if upper is None or code else upper.code if "{" in upper.code else f"{{{upper.code}}}"
        notes = () if code else ("codes are the names: the file has none",)
        found.append(Level(table, kind, code or (f"{above}/{{{name}}}" if above else name), name,
                           None if upper is None else upper.code, repeated=True, notes=notes))
    return found


def is_level(table: Found, column: str) -> bool:
    """Whether a column holds few different texts, on most lines."""
    cells = table.column(column)
    filled = cells[cells != ""]
    few = filled.nunique() <= min(MOST_NAMED, max(3, len(filled) / 2))
    return len(filled) > 0.5 * len(cells) and few and filled.str.len().max() <= LONGEST


def unlike(found: Sequence[Level]) -> list[Level]:
    """The levels, each of a key of its own: one that is called like an upper one, or as what lies above it, is the next kind
    below, or numbered."""
    used: set[str] = set()
    made = []
    for level in found:
        kind = level.kind
        at = KINDS.index(kind) if kind in KINDS else len(KINDS)
        lowest = max((place for place, one in enumerate(KINDS) if one.key in used), default=-1)
        if kind.key in used or at < lowest:
            below = [one for one in KINDS[max(at, lowest) + 1:] if one.key not in used] if at < len(KINDS) else []
            number = next(number for number in range(2, len(found) + 2) if f"{kind.key}{number}" not in used)
            names = f"{kind.key}{number}", f"{kind.zh}{number}", f"{kind.en} {number}"
            kind = below[0] if below else Kind(*names, kind.called, kind.ends)
        used.add(kind.key)
        made.append(replace(level, kind=kind))
    return made


def coded_apart(found: Sequence[Level]) -> list[Level]:
    """The levels; codes that an upper level has too bear their level's key."""
    seen: set[str] = set()
    made = []
    for level in found:
        codes = set(codes_of(level.found, level.code))
        if codes & seen:
            note = f"{level.code} alone stands on an upper level too"
            pattern = f"{level.kind.key}-{{{level.code}}}"
            level = replace(level, code=pattern, notes=(*level.notes, note))
            codes = set(codes_of(level.found, pattern))
        seen |= codes
        made.append(level)
    return made


def hung(level: Level, above: Level | None) -> Level:
    """A level with how its regions find their parents."""
    if above is None or level.parent is not None:
        return level
    parent, note = parent_of(level, above)
    return replace(level, parent=parent, notes=(*level.notes, *note))


def parent_of(level: Level, above: Level) -> tuple[Any, tuple[str, ...]]:
    """A column of parents' codes or names, the beginning of the code, or where the shapes lie."""
    table, codes = level.found, set(codes_of(above.found, above.code))
    names = set(codes_of(above.found, above.name))
    for column in table.rows.columns:
        if column in (GEOMETRY, level.code):
            continue
        for written in (column, f"{above.kind.key}-{{{column}}}"):      # as the upper level's codes are told apart
            if share(filled(table.rows, written), codes) > ALIKE and not elsewhere(level, above, written):
                return written, ()
    for column in table.rows.columns:
        if column not in (GEOMETRY, level.name) and share(table.column(column), names) > ALIKE:
            return {"name": column}, ()
    longest = max(map(len, codes), default=0)
    own = codes_of(table, level.code)
    for length in range(1, longest + 1):
        for fill in (None, longest):
            if share(own.map(lambda code, n=length, f=fill: code[:n].ljust(f or 0, "0")), codes) > ALIKE:
                return {"prefix": length} | ({} if fill is None else {"fill": fill}), ("the codes begin with the parent's",)
    if table.drawn and above.found.drawn:
        return {"position": True}, ("by where they lie: no column names the parent",)
    return None, (f"how do these hang on the level {above.kind.key}? Say the column of the parent's code",)


def elsewhere(level: Level, above: Level, parent: str) -> bool:
    """Whether the shapes of most regions lie outside those that a column names: its numbers are of something else."""
    systems = level.found.guess.crs, above.found.guess.crs
    if not (level.found.drawn and above.found.drawn) or above.repeated or None in systems:
        return False
    inner = geopandas.GeoSeries(level.found.rows[GEOMETRY].to_numpy(object), crs=systems[0]).representative_point()
    shapes = dict(zip(filled(above.found.rows, above.code), above.found.rows[GEOMETRY], strict=True))
    named = np.array([shapes.get(code) for code in filled(level.found.rows, parent)], object)
    return bool(shapely.covers(named, inner.to_crs(systems[1]).to_numpy(object)).mean() < MOSTLY_IN)


def share(cells: Any, known: set[str]) -> float:
    """How many of the cells are among the known, where any are filled."""
    filled = cells[cells != ""]
    return float(filled.isin(known).mean()) if len(filled) > 0.5 * len(cells) else 0.0


def codes_of(table: Found, code: str) -> Any:
    """The different codes that a column or a pattern gives."""
    return filled(table.rows, code).drop_duplicates()

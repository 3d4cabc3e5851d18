"""The quality of the data itself, by the dimensions of GB/T 36344-2018; a dimension of the organizations that send it.

Every one is a share of the rows that came in the window, rejected ones among them, counted when they came.
A row counts once in a dimension, whatever the number of its faults there; one that a retry has taken no longer
counts as rejected. The standard's six are normativity, completeness, accuracy, consistency, timeliness and
accessibility; uniqueness, which it lists under accuracy, stands here by itself.
"""

from indicators.definition import Indicator, Target
from indicators.measures import count, share, standing, standing_share
from indicators.text import Text

CITY, STREETS = 0, 2  # a source is the city's; rows are counted by streets at most (ingest/quality/arrivals.py)
GOOD = Target(good=99, bad=95)

QUALITY = (
    Indicator(
        key="quality_completeness", title=Text("数据完整性", "Data completeness"), dimension="organizations",
        measure=share("row_complete", of="row_came"), unit="percent", decimals=1, better="higher", target=GOOD,
        subject="arrival", max_level=STREETS,
        definition=Text("期内到达且不缺任何必填内容的行 ÷ 期内到达的行（含被拒收的）",
                        "Rows that came in the window and lack nothing that is required ÷ rows that came, "
                        "rejected ones included"),
    ),
    Indicator(
        key="quality_accuracy", title=Text("数据准确性", "Data accuracy"), dimension="organizations",
        measure=share("row_plausible", of="row_came"), unit="percent", decimals=1, better="higher", target=GOOD,
        subject="arrival", max_level=STREETS,
        definition=Text("期内到达且没有不可能之值的行（超出量程、在城市之外、时刻在未来）÷ 期内到达的行（含被拒收的）",
                        "Rows that came in the window and say nothing that cannot be true (beyond its range, outside the city, "
                        "in the future) ÷ rows that came, rejected ones included"),
    ),
    Indicator(
        key="quality_consistency", title=Text("数据一致性", "Data consistency"), dimension="organizations",
        measure=share("row_consistent", of="row_came"), unit="percent", decimals=1, better="higher", target=GOOD,
        subject="arrival", max_level=STREETS,
        definition=Text("期内到达且自身不矛盾、不与已有数据冲突、所引用的对象均存在的行 ÷ 期内到达的行（含被拒收的）。"
                        "时刻次序颠倒计入此项（标准列于时效性）",
                        "Rows that came in the window, contradict neither themselves nor what is there, and name only what "
                        "exists ÷ rows that came, rejected ones included. Instants out of order count here; the standard "
                        "lists them under timeliness"),
    ),
    Indicator(
        key="quality_timeliness", title=Text("数据时效性", "Data timeliness"), dimension="organizations",
        measure=share("row_in_time", of="row_timed"), unit="percent", decimals=1, better="higher",
        target=Target(good=95, bad=80), subject="arrival", max_level=STREETS,
        definition=Text("期内入库的行中，自所述最近时刻至到达不超过来源更新承诺的 ÷ 期内入库且述及时刻的行。"
                        "无承诺的来源、首次接入以前的时刻、重试入库的行不在分母",
                        "Of the rows taken in the window that tell of an instant, those that came within their source's "
                        "promise after the newest instant they tell of ÷ all. Not in the base: sources without a promise, "
                        "instants before the source was first heard, rows taken by a retry"),
    ),
    Indicator(
        key="quality_uniqueness", title=Text("数据唯一性", "Data uniqueness"), dimension="organizations",
        measure=share("row_unique", of="row_came"), unit="percent", decimals=1, better="higher", target=Target(good=99, bad=90),
        subject="arrival", max_level=STREETS,
        definition=Text("期内到达且带来新内容的行（不是已有内容的重复）÷ 期内到达的行（含被拒收的）",
                        "Rows that came in the window and repeat nothing that was there ÷ rows that came, "
                        "rejected ones included"),
    ),
    Indicator(
        key="quality_accessibility", title=Text("数据可访问性", "Data accessibility"), dimension="organizations",
        measure=standing_share("source_kept", of="source_promised"), unit="percent", decimals=1, better="higher",
        target=Target(good=99, bad=90), subject="arrival", max_level=CITY,
        definition=Text("此刻在更新承诺之内有数据到达的来源 ÷ 有更新承诺且曾到达的来源。单一来源：期内各整点守约的占比",
                        "Sources of which something came within their promise ÷ sources with a promise that were ever heard. "
                        "Of one source: the full hours of the window at which it kept its promise ÷ all"),
    ),
    Indicator(
        key="quality_normativity", title=Text("数据规范性", "Data normativity"), dimension="organizations",
        measure=share("row_well_formed", of="row_came"), unit="percent", decimals=1, better="higher", target=GOOD,
        subject="arrival", max_level=STREETS,
        definition=Text("期内到达且类型、格式、取值均合约定的行 ÷ 期内到达的行（含被拒收的）",
                        "Rows that came in the window and are written as declared (types, formats, allowed values) "
                        "÷ rows that came, rejected ones included"),
    ),
    Indicator(
        key="quality_rejected", title=Text("数据拒收率", "Rows rejected"), dimension="organizations",
        measure=share("row_rejected", of="row_came"), unit="percent", decimals=1, better="lower", target=Target(good=1, bad=5),
        subject="arrival", max_level=STREETS,
        definition=Text("期内到达而被拒收、至今未经重试入库的行 ÷ 期内到达的行",
                        "Rows that came in the window, were rejected and have not been taken by a retry since ÷ rows that came"),
    ),
    Indicator(
        key="quality_rows", title=Text("到达数据量", "Rows received"), dimension="organizations",
        measure=count("row_came"), unit="row", subject="arrival", max_level=STREETS,
        definition=Text("期内到达的行数，含重复的与被拒收的",
                        "Rows that came in the window, repeated and rejected ones included"),
    ),
    Indicator(
        key="quality_findings", title=Text("数据疑点", "Findings in the data"), dimension="organizations",
        measure=standing("finding_open"), unit="item", better="lower", subject="arrival",
        definition=Text("此刻尚在的数据疑点：坐标堆积、近似重复、数值突跳、数量反常、坐标远离、突然静默",
                        "Oddities found in the data that go on now: pile-ups on one point, near-duplicates, spikes, odd counts, "
                        "coordinates far off, sudden silence"),
    ),
)

"""事 Events: cases under disposal, from the report to the close."""

from datetime import timedelta

from indicators.definition import Count, Indicator, Percentile, Standing, Target
from indicators.measures import count, mean, per_10k, share, standing, standing_share
from indicators.text import Text

PROMISE = timedelta(minutes=15)

EVENTS = (
    Indicator(
        key="event_reported", title=Text("上报案件", "Cases reported"), dimension="events",
        measure=count("case_reported"), unit="case", better="lower", subject="case", stale_after=PROMISE, place="hero",
        definition=Text("期内上报的案件数", "Cases reported in the window"),
    ),
    Indicator(
        key="event_open", title=Text("在办案件", "Open cases"), dimension="events",
        measure=standing("case_open"), unit="case", better="lower", subject="case", stale_after=PROMISE, place="support",
        definition=Text("此刻已上报而未结案的案件数", "Cases reported and not closed at this instant"),
    ),
    Indicator(
        key="event_closed_on_time", title=Text("按期结案率", "Closed on time"), dimension="events",
        measure=share("case_closed_on_time", of="case_closure_due"), unit="percent", decimals=1, better="higher",
        target=Target(good=90, bad=75), subject="case", stale_after=PROMISE, place="support",
        definition=Text("期内到期案件中按期结案的 ÷ 期内到期的案件。分母为应结案数（业内也有以已结案数为分母的）",
                        "Of the cases that fell due in the window, those closed by then ÷ all of them. "
                        "The base is cases due; some vendors divide by cases closed"),
    ),
    Indicator(
        key="event_overdue", title=Text("超期未结", "Overdue"), dimension="events",
        measure=standing("case_overdue"), unit="case", better="lower", subject="case", stale_after=PROMISE, place="support",
        definition=Text("此刻已过时限而未结案的案件数（挂账的不计）",
                        "Open cases past their deadline at this instant, suspended ones left out"),
    ),
    Indicator(
        key="event_hours_to_close", title=Text("结案时长中位数", "Time to close"), dimension="events",
        measure=Percentile("case_hours_to_close", 0.5), unit="hour", decimals=1, better="lower", subject="case",
        stale_after=PROMISE, place="support",
        definition=Text("期内结案的案件，自上报至结案小时数的中位数（自然时，误差不超过 3%）",
                        "Of the cases closed in the window, the median of clock hours from report to close (within 3 %)"),
    ),
    Indicator(
        key="event_registered", title=Text("立案数", "Registered"), dimension="events",
        measure=count("case_registered"), unit="case", subject="case", stale_after=PROMISE,
        definition=Text("期内立案的案件数", "Cases registered in the window"),
    ),
    Indicator(
        key="event_closed", title=Text("结案数", "Closed"), dimension="events",
        measure=count("case_closed"), unit="case", better="higher", subject="case", stale_after=PROMISE,
        definition=Text("期内结案的案件数，不论何时上报", "Cases closed in the window, whenever reported"),
    ),
    Indicator(
        key="event_due", title=Text("到期案件", "Fallen due"), dimension="events",
        measure=count("case_closure_due"), unit="case", subject="case", stale_after=PROMISE,
        definition=Text("时限落在期内且已到的案件数", "Cases whose deadline fell in the window and has passed"),
    ),
    Indicator(
        key="event_hours_to_close_p90", title=Text("结案时长 P90", "90% closed within"), dimension="events",
        measure=Percentile("case_hours_to_close", 0.9), unit="hour", decimals=1, better="lower", subject="case",
        stale_after=PROMISE,
        definition=Text("期内结案的案件中九成不超过的小时数（自上报至结案）",
                        "The hours from report to close that nine in ten of the cases closed in the window did not exceed"),
    ),
    Indicator(
        key="event_due_soon", title=Text("即将到期", "Due within 2 h"), dimension="events",
        measure=standing("case_due_soon"), unit="case", better="lower", subject="case", stale_after=PROMISE,
        definition=Text("未结案、未挂账且将在 2 小时内到期的案件数", "Open cases, not suspended, that fall due within two hours"),
    ),
    Indicator(
        key="event_overdue_share", title=Text("在办超期占比", "Overdue share"), dimension="events",
        measure=standing_share("case_overdue", of="case_open"), unit="percent", decimals=1, better="lower",
        target=Target(good=10, bad=30), subject="case", stale_after=PROMISE,
        definition=Text("超期未结案件 ÷ 在办案件", "Overdue open cases ÷ open cases"),
    ),
    Indicator(
        key="event_per_10k", title=Text("万人案件数", "Cases per 10k"), dimension="events",
        measure=per_10k(Count("case_reported")), unit="case_10k", decimals=1, better="lower", subject="case", stale_after=PROMISE,
        definition=Text("期内上报案件数 ÷ 常住人口 × 10,000", "Cases reported in the window ÷ residents × 10,000"),
    ),
    Indicator(
        key="event_open_per_10k", title=Text("万人在办数", "Open per 10k"), dimension="events",
        measure=per_10k(Standing("case_open")), unit="case_10k", decimals=1, better="lower", subject="case", stale_after=PROMISE,
        definition=Text("在办案件数 ÷ 常住人口 × 10,000", "Open cases ÷ residents × 10,000"),
    ),
    Indicator(
        key="event_hours_to_register", title=Text("平均立案时长", "Time to register"), dimension="events",
        measure=mean("case_hours_to_register"), unit="hour", decimals=1, better="lower", subject="case", stale_after=PROMISE,
        definition=Text("期内立案的案件，自上报至立案小时数的平均",
                        "Of the cases registered in the window, mean hours from report to registration"),
    ),
)

"""组织 Organizations: how agencies work their cases off, and the enterprises of the city."""

from datetime import timedelta

from indicators.definition import Indicator, Standing, Target
from indicators.measures import count, mean, per_10k, share, standing, standing_share
from indicators.text import Text

PROMISE = timedelta(minutes=15)

ORGANIZATIONS = (
    Indicator(
        key="org_disposed_on_time", title=Text("按期处置率", "Disposed on time"), dimension="organizations",
        measure=share("case_disposed_on_time", of="case_closure_due"), unit="percent", decimals=1, better="higher",
        target=Target(good=92, bad=80), subject="case", stale_after=PROMISE, place="hero",
        definition=Text("期内到期案件中按期处置的 ÷ 期内到期的案件",
                        "Of the cases that fell due in the window, those disposed of by then ÷ all"),
    ),
    Indicator(
        key="org_hours_to_dispose", title=Text("平均处置时长", "Time to dispose"), dimension="organizations",
        measure=mean("case_hours_to_dispose"), unit="hour", decimals=1, better="lower", subject="case", stale_after=PROMISE,
        place="support",
        definition=Text("期内处置的案件，自派遣至处置小时数的平均（自然时，非工作时）",
                        "Of the cases disposed of in the window, mean clock hours from dispatch to disposal"),
    ),
    Indicator(
        key="org_dispatched_right", title=Text("准确派遣率", "Dispatched right"), dimension="organizations",
        measure=share("case_dispatched_right", of="case_dispatched"), unit="percent", decimals=1, better="higher",
        target=Target(good=95, bad=85), subject="case", stale_after=PROMISE, place="support",
        definition=Text("期内派遣且从未退回的 ÷ 期内派遣的案件（业内也有以按时派遣数为分母的）",
                        "Dispatched in the window and never returned ÷ dispatched in it; some divide by those on time"),
    ),
    Indicator(
        key="org_rework", title=Text("返工率", "Rework"), dimension="organizations",
        measure=share("case_reworked", of="case_disposed"), unit="percent", decimals=1, better="lower",
        target=Target(good=5, bad=15), subject="case", stale_after=PROMISE, place="support",
        definition=Text("期内处置的案件中返过工的 ÷ 期内处置的案件（业内对分母说法不一）",
                        "Of the cases disposed of in the window, those ever reworked ÷ all. Vendors leave the base open"),
    ),
    Indicator(
        key="org_unassigned", title=Text("待派遣", "Not dispatched"), dimension="organizations",
        measure=standing("case_unassigned"), unit="case", better="lower", subject="case", stale_after=PROMISE, place="support",
        definition=Text("此刻未结案且尚未派遣的案件数", "Open cases not yet dispatched at this instant"),
    ),
    Indicator(
        key="org_suspended", title=Text("挂账数", "Suspended"), dimension="organizations",
        measure=standing("case_suspended"), unit="case", better="lower", subject="case", stale_after=PROMISE,
        definition=Text("此刻挂账的未结案件数", "Open cases that are suspended at this instant"),
    ),
    Indicator(
        key="org_hours_to_dispatch", title=Text("平均派遣时长", "Time to dispatch"), dimension="organizations",
        measure=mean("case_hours_to_dispatch"), unit="hour", decimals=1, better="lower", subject="case", stale_after=PROMISE,
        definition=Text("期内派遣的案件，自立案至派遣小时数的平均",
                        "Of the cases dispatched in the window, mean hours from registration to dispatch"),
    ),
    Indicator(
        key="org_disposed", title=Text("处置数", "Disposed"), dimension="organizations",
        measure=count("case_disposed"), unit="case", better="higher", subject="case", stale_after=PROMISE,
        definition=Text("期内处置的案件数", "Cases disposed of in the window"),
    ),
    Indicator(
        key="org_enterprises", title=Text("在营主体", "Enterprises"), dimension="organizations",
        measure=standing("enterprise_active"), unit="firm", better="higher", subject="enterprise",
        definition=Text("已登记且未注销的经营主体数（含经营异常的）",
                        "Enterprises registered and not closed, abnormal ones included"),
    ),
    Indicator(
        key="org_enterprise_density", title=Text("万人主体数", "Enterprises per 10k"), dimension="organizations",
        measure=per_10k(Standing("enterprise_active")), unit="firm_10k", decimals=1, better="higher", subject="enterprise",
        definition=Text("在营主体 ÷ 常住人口 × 10,000", "Enterprises ÷ residents × 10,000"),
    ),
    Indicator(
        key="org_enterprise_abnormal", title=Text("异常经营占比", "Abnormal share"), dimension="organizations",
        measure=standing_share("enterprise_abnormal", of="enterprise_active"), unit="percent", decimals=1, better="lower",
        target=Target(good=3, bad=10), subject="enterprise",
        definition=Text("现列为经营异常的 ÷ 在营主体", "Enterprises now marked abnormal ÷ enterprises"),
    ),
    Indicator(
        key="org_enterprise_new", title=Text("新设主体", "New enterprises"), dimension="organizations",
        measure=count("enterprise_registered"), unit="firm", better="higher", subject="enterprise",
        definition=Text("期内登记的经营主体数", "Enterprises registered in the window"),
    ),
    Indicator(
        key="org_enterprise_closed", title=Text("注销主体", "Closed enterprises"), dimension="organizations",
        measure=count("enterprise_closed"), unit="firm", better="lower", subject="enterprise",
        definition=Text("期内注销的经营主体数", "Enterprises closed in the window"),
    ),
)

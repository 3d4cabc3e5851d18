"""What each term of a measure counts, in words: the two sides of a ratio as they are shown beside its formula."""

from indicators.definition import Count, Standing, Statistic, Term, Total
from indicators.text import Text

# metrics, counted
COUNTED: dict[str, Text] = {
    "case_reported": Text("期内上报的案件", "cases reported in the period"),
    "case_registered": Text("期内立案的案件", "cases registered in the period"),
    "case_dispatched": Text("期内派遣的案件", "cases dispatched in the period"),
    "case_dispatched_right": Text("期内派遣且从未退回的案件", "cases dispatched in the period and never returned"),
    "case_disposed": Text("期内处置的案件", "cases disposed of in the period"),
    "case_reworked": Text("期内处置、且返过工的案件", "cases disposed of in the period and ever reworked"),
    "case_closed": Text("期内结案的案件", "cases closed in the period"),
    "case_closure_due": Text("期内到期的案件", "cases that fell due in the period"),
    "case_disposed_on_time": Text("期内到期、且到期前已处置的案件", "cases that fell due in the period, disposed of by then"),
    "case_closed_on_time": Text("期内到期、且到期前已结案的案件", "cases that fell due in the period, closed by then"),
    "case_hours_to_register": Text("期内立案的案件", "cases registered in the period"),
    "case_hours_to_dispatch": Text("期内派遣的案件", "cases dispatched in the period"),
    "case_hours_to_dispose": Text("期内处置的案件", "cases disposed of in the period"),
    "message_received": Text("期内的来电来信", "messages of the period"),
    "message_answered": Text("期内接通的来电", "calls answered in the period"),
    "message_answered_30s": Text("其中 30 秒内接通的", "of these, answered within 30 s"),
    "message_contact_due": Text("期内应回应的来电", "messages whose contact fell due in the period"),
    "message_contacted_on_time": Text("其中按时回应的", "of these, contacted by then"),
    "message_asked": Text("期内回访、问了是否解决的", "messages asked whether they were solved"),
    "message_solved": Text("其中答已解决的", "of these, said to be solved"),
    "message_rated": Text("期内回访、给了评分的", "messages rated in the period"),
    "message_satisfied": Text("其中评分 4 分及以上的", "of these, rated 4 or more"),
    "message_judged": Text("期内判断了情绪的来电来信", "messages of the period with a judged mood"),
    "message_negative": Text("其中负面的", "of these, negative"),
    "flight_scheduled": Text("计划的航班", "scheduled flights"),
    "flight_cancelled": Text("取消的航班", "cancelled flights"),
    "flight_departed": Text("起飞的航班", "departed flights"),
    "flight_on_time": Text("晚点不超过 15 分钟起飞的航班", "flights departed at most 15 min late"),
    "stop_due": Text("期内应停靠的站次", "stops that were due in the period"),
    "stop_served": Text("其中实际停靠的", "of these, served"),
    "stop_on_time": Text("其中早 1 分钟至晚 5 分钟之间停靠的", "of these, served from 1 min early to 5 min late"),
    "enterprise_registered": Text("期内登记的经营主体", "enterprises registered in the period"),
    "enterprise_closed": Text("期内注销的经营主体", "enterprises closed in the period"),
    "warning_issued": Text("期内发布的预警", "warnings issued in the period"),
    "row_came": Text("期内到达的行", "rows that came in the period"),
    "row_rejected": Text("其中拒收的", "of these, rejected"),
    "row_complete": Text("其中不缺字段的", "of these, with no field missing"),
    "row_well_formed": Text("其中格式合规的", "of these, well formed"),
    "row_plausible": Text("其中数值可信的", "of these, plausible"),
    "row_consistent": Text("其中前后一致的", "of these, consistent"),
    "row_unique": Text("其中不重复的", "of these, not repeated"),
    "row_timed": Text("期内到达、有时限的行", "rows that came in the period with a promise of time"),
    "row_in_time": Text("其中按时到达的", "of these, in time"),
    "over_leq": Text("其中达到关注线的噪声观测", "of these, at or beyond the watch level"),
    "over_speed": Text("其中低至关注线的车速观测", "of these, at or below the watch speed"),
    **{f"observed_{key}": Text(f"期内的{zh}观测", f"{en} observations of the period") for key, zh, en in (
        ("pm25", " PM2.5 ", "PM2.5"), ("pm10", " PM10 ", "PM10"), ("no2", "二氧化氮", "NO₂"), ("o3", "臭氧", "ozone"),
        ("leq", "噪声", "noise"), ("speed", "车速", "speed"), ("flow", "车流量", "traffic"),
        ("online", "摄像机在线", "camera"), ("temperature", "气温", "temperature"), ("wind_speed", "风速", "wind"),
        ("precipitation", "降水", "rain"))},
}

# metrics, their values added up
SUMMED: dict[str, Text] = {
    "case_hours_to_register": Text("它们自上报至立案的小时数之和", "their hours from report to registration, added up"),
    "case_hours_to_dispatch": Text("它们自立案至派遣的小时数之和", "their hours from registration to dispatch, added up"),
    "case_hours_to_dispose": Text("它们自派遣至处置的小时数之和", "their hours from dispatch to disposal, added up"),
    "flight_departed": Text("它们晚点的分钟数之和", "their minutes of delay, added up"),
    **{f"observed_{key}": Text("这些观测值之和", "their values, added up") for key in (
        "pm25", "pm10", "no2", "o3", "leq", "speed", "flow", "temperature", "wind_speed", "precipitation")},
    "observed_kwh": Text("期内观测的用电量之和", "the electricity of all observations, added up"),
    "observed_online": Text("其中在线的（在线记 1）", "of these, online (each counts 1)"),
}

# what a percentile is one of
RANKED: dict[str, Text] = {
    "case_hours_to_close": Text("期内结案的案件，自上报至结案的小时数",
                                "hours from report to closure of the cases closed in the period"),
    "message_answered": Text("期内接通的来电，等待的秒数", "seconds of waiting of the calls answered in the period"),
}

STANDING: dict[str, Text] = {
    "camera_online": Text("此刻在线的摄像机", "cameras online now"),
    "case_due_soon": Text("此刻临期的在办案件", "open cases due soon"),
    "case_open": Text("此刻在办的案件", "cases open now"),
    "case_overdue": Text("此刻超期的在办案件", "open cases past their clock"),
    "case_suspended": Text("此刻挂账的案件", "cases suspended now"),
    "case_unassigned": Text("此刻尚未派遣的在办案件", "open cases not yet dispatched"),
    "crowd_now": Text("此刻各客流计的人数之和", "people at all counters now, added up"),
    "device_alarm": Text("此刻达到告警线的设备", "devices at or beyond their alarm level"),
    "device_enabled": Text("启用的设备", "devices enabled"),
    "device_online": Text("此刻在线的设备", "devices online now"),
    "device_watch": Text("此刻达到关注线的设备", "devices at or beyond their watch level"),
    "enterprise_abnormal": Text("列为经营异常的主体", "enterprises marked abnormal"),
    "enterprise_active": Text("登记在册的经营主体", "enterprises on the register"),
    "finding_open": Text("仍在持续的数据发现", "findings in the data that go on"),
    "gas_alarm": Text("此刻告警的燃气探测器", "gas detectors in alarm"),
    "manhole_alarm": Text("此刻告警的井盖", "manhole covers in alarm"),
    "place_lot": Text("地块", "tax lots"),
    "smoke_alarm": Text("此刻告警的烟感", "smoke detectors in alarm"),
    "source_kept": Text("其中守时的", "of these, keeping their promise"),
    "source_promised": Text("承诺了更新时限的数据源", "sources that promised to be fresh"),
    "warning_active": Text("此刻有效的预警", "warnings in force"),
    "water_watch": Text("此刻达到关注线的水位点", "water gauges at or beyond their watch level"),
}

PUBLISHED: dict[str, Text] = {
    "adults_25_plus": Text("25 岁及以上人口", "people of 25 and over"),
    "age_65_plus": Text("65 岁及以上人口", "people of 65 and over"),
    "age_under_18": Text("未满 18 岁人口", "people under 18"),
    "bachelor": Text("其中有学士及以上学位的", "of these, with a bachelor's degree or more"),
    "census_population": Text("人口（普查）", "people (census)"),
    "commute_transit": Text("其中乘公共交通通勤的", "of these, going to work by public transport"),
    "foreign_born": Text("外国出生的人口", "people born abroad"),
    "homes": Text("住房套数", "homes"),
    "households": Text("住户", "households"),
    "labour_force": Text("劳动力", "people in the labour force"),
    "limited_english": Text("其中英语能力有限的", "of these, with limited English"),
    "median_household_income": Text("户收入中位数", "median household income"),
    "one_person_households": Text("其中独居的", "of these, of one person"),
    "population": Text("常住人口", "residents"),
    "population_5_plus": Text("5 岁及以上人口", "people of 5 and over"),
    "poverty": Text("其中在贫困线以下的", "of these, below the poverty line"),
    "poverty_base": Text("已判定贫困状况的人口", "people whose poverty status is known"),
    "renters": Text("其中租房的", "of these, renting"),
    "unemployed": Text("其中失业的", "of these, out of work"),
    "workers": Text("16 岁及以上的就业者", "workers of 16 and over"),
}

AREA = Text("面积（km²）", "area in km²")


def worded(term: Term) -> Text:
    """What a term counts. Raises: KeyError for one that has no words yet."""
    if isinstance(term, Count):
        return COUNTED[term.metric]
    if isinstance(term, Total):
        return SUMMED[term.metric]
    if isinstance(term, Standing):
        return STANDING[term.stock]
    return PUBLISHED[term.key] if isinstance(term, Statistic) else AREA

"""情 Situation: what residents say, what is warned of, and what moves the city from outside."""

from datetime import timedelta

from indicators.definition import Count, Indicator, Percentile, Target
from indicators.measures import count, mean, per_10k, share, standing
from indicators.text import Text

CALLS = timedelta(minutes=15)
WEATHER = timedelta(minutes=30)
BOROUGHS = 1  # an airport serves more than the tract it lies in

SITUATION = (
    Indicator(
        key="situation_calls", title=Text("热线受理量", "Hotline volume"), dimension="situation",
        measure=count("message_received"), unit="call", subject="message", stale_after=CALLS, place="hero",
        definition=Text("期内受理的市民来电与留言数", "Calls and notes of residents received in the window"),
    ),
    Indicator(
        key="situation_answered_30s", title=Text("30 秒接通率", "Answered in 30 s"), dimension="situation",
        measure=share("message_answered_30s", of="message_answered"), unit="percent", decimals=1, better="higher",
        target=Target(good=85, bad=70), subject="message", stale_after=CALLS, place="support",
        definition=Text("30 秒内接通的 ÷ 有接通时间的来电（网络留言不在分母）",
                        "Answered within 30 s ÷ calls whose answer was timed (written messages are not in the base)"),
    ),
    Indicator(
        key="situation_contacted", title=Text("响应率", "Response rate"), dimension="situation",
        measure=share("message_contacted_on_time", of="message_contact_due"), unit="percent", decimals=1, better="higher",
        target=Target(good=95, bad=85), subject="message", stale_after=CALLS, place="support",
        definition=Text("联系时限落在期内的诉求中按时联系的 ÷ 其全部",
                        "Of the messages whose contact fell due in the window, those contacted by then ÷ all"),
    ),
    Indicator(
        key="situation_warnings", title=Text("生效预警", "Warnings in force"), dimension="situation",
        measure=standing("warning_active"), unit="notice", better="lower", subject="warning", place="support",
        definition=Text("此刻生效的预警数：本区、其上级与其下级区域的",
                        "Warnings in force now, for this region, those above it and those within it"),
    ),
    Indicator(
        key="situation_negative", title=Text("负面情绪占比", "Negative share"), dimension="situation",
        measure=share("message_negative", of="message_judged"), unit="percent", decimals=1, better="lower", subject="message",
        stale_after=CALLS, place="support",
        definition=Text("情绪为负的 ÷ 已判情绪的", "Messages judged negative ÷ messages judged"),
    ),
    Indicator(
        key="situation_satisfied", title=Text("满意率", "Satisfaction"), dimension="situation",
        measure=share("message_satisfied", of="message_rated"), unit="percent", decimals=1, better="higher",
        target=Target(good=90, bad=80), subject="message", stale_after=CALLS,
        definition=Text("期内回访中评 4 分及以上的 ÷ 期内回访评分的（按回访时刻计）",
                        "Ratings of 4 or 5 ÷ ratings, counted when the caller was asked"),
    ),
    Indicator(
        key="situation_solved", title=Text("解决率", "Resolution rate"), dimension="situation",
        measure=share("message_solved", of="message_asked"), unit="percent", decimals=1, better="higher",
        target=Target(good=90, bad=80), subject="message", stale_after=CALLS,
        definition=Text("期内回访称已解决的 ÷ 期内已回访的（按回访时刻计）",
                        "Callers who say it is solved ÷ callers asked, counted when they were asked"),
    ),
    Indicator(
        key="situation_calls_per_10k", title=Text("万人来电量", "Calls per 10k"), dimension="situation",
        measure=per_10k(Count("message_received")), unit="call_10k", decimals=1, subject="message", stale_after=CALLS,
        definition=Text("期内受理量 ÷ 常住人口 × 10,000", "Messages received in the window ÷ residents × 10,000"),
    ),
    Indicator(
        key="situation_answer_time", title=Text("接通时长 P90", "90% answered in"), dimension="situation",
        measure=Percentile("message_answered", 0.9), unit="second", better="lower", subject="message", stale_after=CALLS,
        definition=Text("九成来电在此秒数内接通（误差不超过 3%）",
                        "Seconds within which nine in ten calls are answered (within 3 %)"),
    ),
    Indicator(
        key="situation_warnings_issued", title=Text("发布预警", "Warnings issued"), dimension="situation",
        measure=count("warning_issued"), unit="notice", subject="warning",
        definition=Text("期内为本区及其下级发布的预警数", "Warnings issued in the window for this region and those within it"),
    ),
    Indicator(
        key="situation_temperature", title=Text("气温", "Temperature"), dimension="situation",
        measure=mean("observed_temperature"), unit="celsius", decimals=1, subject="observation:temperature", stale_after=WEATHER,
        definition=Text("期内气温读数的平均", "Mean of the temperatures read in the window"),
    ),
    Indicator(
        key="situation_wind", title=Text("风速", "Wind"), dimension="situation",
        measure=mean("observed_wind_speed"), unit="m_s", decimals=1, subject="observation:wind_speed", stale_after=WEATHER,
        definition=Text("期内风速读数的平均", "Mean of the wind speeds read in the window"),
    ),
    Indicator(
        key="situation_rain", title=Text("平均雨强", "Mean rain rate"), dimension="situation",
        measure=mean("observed_precipitation"), unit="mm", decimals=1, subject="observation:precipitation", stale_after=WEATHER,
        definition=Text("期内小时雨量读数的平均", "Mean of the hourly rain read in the window"),
    ),
    Indicator(
        key="situation_flights", title=Text("离港航班", "Departing flights"), dimension="situation",
        measure=count("flight_scheduled"), unit="flight", subject="flight", archive=True, max_level=BOROUGHS,
        definition=Text("计划离港的航班数，含取消的", "Flights scheduled to depart, cancelled ones included"),
    ),
    Indicator(
        key="situation_flights_on_time", title=Text("航班正点率", "Flights on time"), dimension="situation",
        measure=share("flight_on_time", of="flight_departed"), unit="percent", decimals=1, better="higher",
        target=Target(good=80, bad=70), subject="flight", archive=True, max_level=BOROUGHS,
        definition=Text("延误不超过 15 分钟的 ÷ 实际离港的（取消的不在分母）",
                        "Departed at most 15 min late ÷ departed (cancelled flights are not in the base)"),
    ),
    Indicator(
        key="situation_flight_delay", title=Text("平均离港延误", "Mean departure delay"), dimension="situation",
        measure=mean("flight_departed"), unit="minute", decimals=1, better="lower", subject="flight", archive=True,
        max_level=BOROUGHS,
        definition=Text("实际离港航班的平均延误，提前离港按 0 计", "Mean delay of departed flights, early ones counted as 0"),
    ),
    Indicator(
        key="situation_flights_cancelled", title=Text("航班取消率", "Flights cancelled"), dimension="situation",
        measure=share("flight_cancelled", of="flight_scheduled"), unit="percent", decimals=1, better="lower", subject="flight",
        archive=True, max_level=BOROUGHS,
        definition=Text("取消的 ÷ 计划离港的", "Cancelled ÷ scheduled"),
    ),
)

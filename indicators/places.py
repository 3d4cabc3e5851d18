"""地 Places: the ground, what is built on it, and the state of its air, noise and water."""

from datetime import timedelta

from indicators.definition import Area, Count, Indicator, Ratio, Standing, Statistic, Sum, Target
from indicators.measures import mean, per_km2, published, published_share, share, standing
from indicators.text import Text

PROMISE = timedelta(minutes=10)
NEIGHBOURHOODS = 3

PLACES = (
    Indicator(
        key="place_case_density", title=Text("案件密度", "Cases per km²"), dimension="places",
        measure=per_km2(Count("case_reported")), unit="case_km2", decimals=1, better="lower", subject="case",
        stale_after=timedelta(minutes=15), place="hero",
        definition=Text("期内上报案件数 ÷ 区域面积", "Cases reported in the window ÷ area of the region"),
    ),
    Indicator(
        key="place_water_over", title=Text("积水超警点", "Water over limit"), dimension="places",
        measure=standing("water_watch"), unit="point", better="lower", subject="observation:level", stale_after=PROMISE,
        place="support",
        definition=Text("最新水位达到关注值的监测点数；失联的点保持其最后状态",
                        "Gauges whose newest level is at or over the watch level; a silent gauge keeps its last state"),
    ),
    Indicator(
        key="place_pm25", title=Text("PM2.5 浓度", "PM2.5"), dimension="places",
        measure=mean("observed_pm25"), unit="ug_m3", decimals=1, better="lower", target=Target(good=35, bad=75),
        subject="observation:pm25", stale_after=PROMISE, place="support",
        definition=Text("期内全部有效读数的平均，每个读数等权",
                        "Mean of all valid readings of the window, each weighing the same"),
    ),
    Indicator(
        key="place_noise_over", title=Text("噪声超限率", "Noise over limit"), dimension="places",
        measure=share("over_leq", of="observed_leq"), unit="percent", decimals=1, better="lower", target=Target(good=2, bad=10),
        subject="observation:leq", stale_after=PROMISE, place="support",
        definition=Text("达到关注值的噪声读数 ÷ 全部噪声读数", "Noise readings at or over the watch level ÷ all noise readings"),
    ),
    Indicator(
        key="place_home_density", title=Text("住房密度", "Homes per km²"), dimension="places",
        measure=per_km2(Statistic("homes")), unit="home_km2", subject="statistic:homes", place="support",
        definition=Text("住房套数 ÷ 区域面积", "Homes ÷ area of the region"),
    ),
    Indicator(
        key="place_lots", title=Text("地块数", "Tax lots"), dimension="places",
        measure=standing("place_lot"), unit="lot", subject="place",
        definition=Text("登记地块的数量", "Tax lots on the register"),
    ),
    Indicator(
        key="place_lot_density", title=Text("地块密度", "Lots per km²"), dimension="places",
        measure=per_km2(Standing("place_lot")), unit="lot_km2", subject="place",
        definition=Text("登记地块数 ÷ 区域面积", "Tax lots ÷ area of the region"),
    ),
    Indicator(
        key="place_homes", title=Text("住房套数", "Homes"), dimension="places",
        measure=published("homes"), unit="home", subject="statistic:homes",
        definition=Text("住房单元的数量", "Housing units"),
    ),
    Indicator(
        key="place_area", title=Text("区域面积", "Area"), dimension="places",
        measure=Sum((Area(),)), unit="km2", decimals=1, subject="region",
        definition=Text("区域边界围成的面积（椭球面）", "The area that the region's boundary encloses, on the ellipsoid"),
    ),
    Indicator(
        key="place_residents_per_home", title=Text("每套住房人数", "People per home"), dimension="places",
        measure=Ratio((Statistic("population"),), (Statistic("homes"),)), unit="person", decimals=2, subject="statistic:homes",
        definition=Text("常住人口 ÷ 住房套数（空置住房计入）", "Residents ÷ homes, empty ones included"),
    ),
    Indicator(
        key="place_renters", title=Text("租房家庭占比", "Renting"), dimension="places",
        measure=published_share("renters", of="households"), unit="percent", decimals=1, subject="statistic:renters",
        max_level=NEIGHBOURHOODS,
        definition=Text("租住家庭户 ÷ 全部家庭户", "Renting households ÷ households"),
    ),
    Indicator(
        key="place_pm10", title=Text("PM10 浓度", "PM10"), dimension="places",
        measure=mean("observed_pm10"), unit="ug_m3", decimals=1, better="lower", target=Target(good=70, bad=150),
        subject="observation:pm10", stale_after=PROMISE,
        definition=Text("期内全部有效读数的平均", "Mean of all valid readings of the window"),
    ),
    Indicator(
        key="place_no2", title=Text("二氧化氮浓度", "Nitrogen dioxide"), dimension="places",
        measure=mean("observed_no2"), unit="ug_m3", decimals=1, better="lower", target=Target(good=40, bad=80),
        subject="observation:no2", stale_after=PROMISE,
        definition=Text("期内全部有效读数的平均", "Mean of all valid readings of the window"),
    ),
    Indicator(
        key="place_o3", title=Text("臭氧浓度", "Ozone"), dimension="places",
        measure=mean("observed_o3"), unit="ug_m3", decimals=1, better="lower", target=Target(good=100, bad=160),
        subject="observation:o3", stale_after=PROMISE,
        definition=Text("期内全部有效读数的平均", "Mean of all valid readings of the window"),
    ),
    Indicator(
        key="place_noise", title=Text("环境噪声", "Noise level"), dimension="places",
        measure=mean("observed_leq"), unit="db", decimals=1, better="lower", subject="observation:leq", stale_after=PROMISE,
        definition=Text("等效声级读数的算术平均（不是能量平均）",
                        "Arithmetic mean of the equivalent levels read (not an energy mean)"),
    ),
)

"""人 People: who lives in the city, and where they gather."""

from datetime import timedelta

from indicators.definition import Indicator, Statistic
from indicators.measures import per_km2, published, published_share, standing
from indicators.text import Text

NEIGHBOURHOODS = 3  # the census speaks of neighbourhoods and larger, not of tracts

PEOPLE = (
    Indicator(
        key="people_population", title=Text("实有人口", "Population"), dimension="people",
        measure=published("population"), unit="person", subject="statistic:population", place="hero",
        definition=Text("按地块估算的常住人口之和", "Sum of the residents estimated for each tax lot"),
    ),
    Indicator(
        key="people_density", title=Text("人口密度", "People per km²"), dimension="people",
        measure=per_km2(Statistic("population")), unit="person_km2", subject="statistic:population", place="support",
        definition=Text("常住人口 ÷ 区域面积", "Residents ÷ area of the region"),
    ),
    Indicator(
        key="people_crowd", title=Text("监测点客流", "Live crowd"), dimension="people",
        measure=standing("crowd_now"), unit="person", subject="observation:count", place="support",
        stale_after=timedelta(minutes=15),
        definition=Text("各客流计最新读数之和；超过三个上报周期未报的不计",
                        "Sum of the newest reading of each crowd counter; those silent for three intervals are left out"),
    ),
    Indicator(
        key="people_elderly", title=Text("65 岁以上占比", "Aged 65 and over"), dimension="people",
        measure=published_share("age_65_plus", of="census_population"), unit="percent", decimals=1,
        subject="statistic:age_65_plus", place="support", max_level=NEIGHBOURHOODS,
        definition=Text("65 岁及以上人口 ÷ 普查人口", "Residents aged 65 and over ÷ census population"),
    ),
    Indicator(
        key="people_income", title=Text("家庭收入中位数", "Median income"), dimension="people",
        measure=published("median_household_income"), unit="usd", subject="statistic:median_household_income",
        place="support", max_level=NEIGHBOURHOODS,
        definition=Text("家庭年收入中位数，按十个收入档在档内线性估算；落在最高开放档的不给数",
                        "Median yearly household income, estimated within ten brackets; not given in the open top one"),
    ),
    Indicator(
        key="people_minors", title=Text("未成年人占比", "Under 18"), dimension="people",
        measure=published_share("age_under_18", of="census_population"), unit="percent", decimals=1,
        subject="statistic:age_under_18", max_level=NEIGHBOURHOODS,
        definition=Text("18 岁以下人口 ÷ 普查人口", "Residents under 18 ÷ census population"),
    ),
    Indicator(
        key="people_foreign_born", title=Text("境外出生占比", "Born abroad"), dimension="people",
        measure=published_share("foreign_born", of="census_population"), unit="percent", decimals=1,
        subject="statistic:foreign_born", max_level=NEIGHBOURHOODS,
        definition=Text("境外出生人口 ÷ 普查人口", "Residents born abroad ÷ census population"),
    ),
    Indicator(
        key="people_poverty", title=Text("贫困人口占比", "In poverty"), dimension="people",
        measure=published_share("poverty", of="poverty_base"), unit="percent", decimals=1, better="lower",
        subject="statistic:poverty", max_level=NEIGHBOURHOODS,
        definition=Text("收入低于贫困线人口 ÷ 已确定贫困状况人口（非全部人口）",
                        "People below the poverty line ÷ people whose poverty status is determined (not all residents)"),
    ),
    Indicator(
        key="people_unemployment", title=Text("失业率", "Unemployment"), dimension="people",
        measure=published_share("unemployed", of="labour_force"), unit="percent", decimals=1, better="lower",
        subject="statistic:unemployed", max_level=NEIGHBOURHOODS,
        definition=Text("失业人口 ÷ 劳动力人口（非全部人口）", "Unemployed ÷ labour force (not all residents)"),
    ),
    Indicator(
        key="people_degree", title=Text("本科以上占比", "With a degree"), dimension="people",
        measure=published_share("bachelor", of="adults_25_plus"), unit="percent", decimals=1,
        subject="statistic:bachelor", max_level=NEIGHBOURHOODS,
        definition=Text("本科及以上学历 ÷ 25 岁及以上人口", "Bachelor's degree or higher ÷ residents aged 25 and over"),
    ),
    Indicator(
        key="people_limited_english", title=Text("英语欠熟练占比", "Limited English"), dimension="people",
        measure=published_share("limited_english", of="population_5_plus"), unit="percent", decimals=1,
        subject="statistic:limited_english", max_level=NEIGHBOURHOODS,
        definition=Text("英语不够熟练人口 ÷ 5 岁及以上人口",
                        "People who speak English less than very well ÷ residents aged 5 and over"),
    ),
    Indicator(
        key="people_alone", title=Text("独居家庭占比", "Living alone"), dimension="people",
        measure=published_share("one_person_households", of="households"), unit="percent", decimals=1,
        subject="statistic:one_person_households", max_level=NEIGHBOURHOODS,
        definition=Text("一人家庭户 ÷ 全部家庭户", "One-person households ÷ households"),
    ),
    Indicator(
        key="people_transit", title=Text("公交通勤占比", "Commute by transit"), dimension="people",
        measure=published_share("commute_transit", of="workers"), unit="percent", decimals=1,
        subject="statistic:commute_transit", max_level=NEIGHBOURHOODS,
        definition=Text("公共交通通勤者 ÷ 就业者（含居家办公）",
                        "Commuters by public transport ÷ workers, those at home included"),
    ),
)

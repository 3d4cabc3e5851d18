"""物 Objects: devices, what they read, and whether they speak at all."""

from datetime import timedelta

from indicators.definition import IF_HEARD, Indicator, Standing, Target
from indicators.measures import mean, per_km2, share, standing, standing_share, total
from indicators.text import Text

PROMISE = timedelta(minutes=10)

OBJECTS = (
    Indicator(
        key="object_online", title=Text("设备在线率", "Devices online"), dimension="objects",
        measure=standing_share("device_online", of="device_enabled"), unit="percent", decimals=1, better="higher",
        target=Target(good=95, bad=85), subject="observation", stale_after=PROMISE, place="hero",
        definition=Text("三个上报周期（来源更新更慢的，按来源的更新周期）内有数据的设备 ÷ 启用的设备",
                        "Devices heard within three of their intervals (their source's, where longer) ÷ enabled devices"),
    ),
    Indicator(
        key="object_alarm", title=Text("报警点", "In alarm"), dimension="objects",
        measure=standing("device_alarm"), unit="point", better="lower", subject="observation", stale_after=PROMISE,
        place="support",
        definition=Text("最新读数达到报警值的监测项数，一台设备两项超限计两项；失联不解除报警",
                        "Newest readings at or beyond the alarm level, each property counted; silence does not end an alarm"),
    ),
    Indicator(
        key="object_camera_online", title=Text("视频在线率", "Cameras online"), dimension="objects",
        measure=mean("observed_online", scale=100.0), unit="percent", decimals=1, better="higher", target=Target(good=95, bad=85),
        subject="observation:online", stale_after=PROMISE, place="support",
        definition=Text("期内视频巡检中在线的次数 ÷ 巡检次数",
                        "Camera checks that found it online ÷ camera checks in the window"),
    ),
    Indicator(
        key="object_speed", title=Text("平均车速", "Traffic speed"), dimension="objects",
        measure=mean("observed_speed"), unit="km_h", decimals=1, better="higher", target=Target(good=20, bad=12),
        subject="observation:speed", stale_after=PROMISE, place="support",
        definition=Text("期内各断面车速读数的平均，每个读数等权（未按流量加权）",
                        "Mean of the speeds read in the window, each reading weighing the same (not weighted by flow)"),
    ),
    Indicator(
        key="object_gas_alarm", title=Text("燃气报警", "Gas alarms"), dimension="objects",
        measure=standing("gas_alarm"), unit="point", better="lower", subject="observation:lel", stale_after=PROMISE,
        place="support",
        definition=Text("最新读数达到报警浓度的燃气探测器数；失联不解除报警",
                        "Gas detectors whose newest reading is at or over the alarm level; silence does not end an alarm"),
    ),
    Indicator(
        key="object_devices", title=Text("启用设备", "Devices"), dimension="objects",
        measure=standing("device_enabled"), unit="device", subject="observation", stale_after=PROMISE,
        definition=Text("已安装且启用的设备数", "Devices installed and enabled"),
    ),
    Indicator(
        key="object_watch", title=Text("关注点", "On watch"), dimension="objects",
        measure=standing("device_watch"), unit="point", better="lower", subject="observation", stale_after=PROMISE,
        definition=Text("最新读数达到关注值（含报警）的监测项数", "Readings now at or beyond the watch level, alarms included"),
    ),
    Indicator(
        key="object_smoke_alarm", title=Text("烟感报警", "Smoke alarms"), dimension="objects",
        measure=standing("smoke_alarm"), unit="point", better="lower", subject="observation:obscuration", stale_after=PROMISE,
        definition=Text("最新读数达到报警值的烟感数", "Smoke detectors whose newest reading is at or over the alarm level"),
    ),
    Indicator(
        key="object_manhole_alarm", title=Text("井盖异动", "Manholes moved"), dimension="objects",
        measure=standing("manhole_alarm"), unit="point", better="lower", subject="observation:tilt", stale_after=PROMISE,
        definition=Text("最新倾角达到报警值的井盖数", "Manhole covers whose newest tilt is at or over the alarm level"),
    ),
    Indicator(
        key="object_camera_now", title=Text("在线视频", "Cameras speaking"), dimension="objects",
        measure=standing("camera_online"), unit="camera", better="higher", subject="observation:online", stale_after=PROMISE,
        definition=Text("三个上报周期（来源更新更慢的，按来源的更新周期）内有巡检数据的视频路数",
                        "Cameras heard within three of their intervals (their source's, where longer)"),
    ),
    Indicator(
        key="object_power", title=Text("用电量", "Electricity"), dimension="objects",
        measure=total("observed_kwh"), unit="kwh", subject="observation:kwh", stale_after=PROMISE,
        definition=Text("期内智能电表读数之和（仅装表用户）",
                        "Sum of the smart meters' readings in the window (metered customers only)"),
    ),
    Indicator(
        key="object_flow", title=Text("断面流量", "Traffic flow"), dimension="objects",
        measure=mean("observed_flow"), unit="vehicle_h", subject="observation:flow", stale_after=PROMISE,
        definition=Text("期内各断面流量读数的平均", "Mean of the flows read in the window"),
    ),
    Indicator(
        key="object_slow", title=Text("拥堵读数占比", "Slow traffic share"), dimension="objects",
        measure=share("over_speed", of="observed_speed"), unit="percent", decimals=1, better="lower",
        target=Target(good=5, bad=20),
        subject="observation:speed", stale_after=PROMISE,
        definition=Text("车速不高于关注值的读数 ÷ 全部车速读数",
                        "Speed readings at or below the watch speed ÷ all speed readings"),
    ),
    Indicator(
        key="object_transit_on_time", title=Text("公交准点率", "Transit on time"), dimension="objects",
        measure=share("stop_on_time", of="stop_served"), unit="percent", decimals=1, better="higher",
        target=Target(good=80, bad=70), subject="stop_event", stale_after=PROMISE, tags=(IF_HEARD,),
        definition=Text("期内应停靠且实际停靠的站次中，较时刻表早不超过 1 分钟、晚不超过 5 分钟的占比；按离站计，终点站按到站计",
                        "Stops due in the window and served from 1 min before to 5 min after the timetable ÷ those served; "
                        "by departure, at a last stop by arrival"),
    ),
    Indicator(
        key="object_transit_served", title=Text("公交停站兑现率", "Transit stops served"), dimension="objects",
        measure=share("stop_served", of="stop_due"), unit="percent", decimals=1, better="higher",
        subject="stop_event", stale_after=PROMISE, tags=(IF_HEARD,),
        definition=Text("期内应停靠的站次中实际停靠的 ÷ 期内应停靠的站次（含取消的班次和甩站）",
                        "Stops due in the window that were served ÷ all that were due, those of cancelled runs included"),
    ),
    Indicator(
        key="object_device_density", title=Text("设备密度", "Devices per km²"), dimension="objects",
        measure=per_km2(Standing("device_enabled")), unit="device_km2", decimals=1, subject="observation", stale_after=PROMISE,
        definition=Text("启用设备数 ÷ 区域面积", "Enabled devices ÷ area of the region"),
    ),
)

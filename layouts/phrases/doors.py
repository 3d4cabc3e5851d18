"""What is said of live doors, in both languages."""

from indicators.text import Text

PHRASES: dict[str, Text] = {
    "door.cap": Text("CAP 预警", "CAP"),
    "door.gb28181": Text("GB/T 28181", "GB/T 28181"),
    "door.gtfs_realtime": Text("GTFS 实时", "GTFS-realtime"),
    "door.mqtt": Text("MQTT", "MQTT"),
    "door.ngsi": Text("NGSI", "NGSI"),
    "door.open311": Text("Open311", "Open311"),
    "door.sensorthings": Text("SensorThings", "SensorThings"),
    "doors.title": Text("实时入口", "Live doors"),
    "doors.door": Text("入口", "Door"),
    "doors.standing": Text("连接", "Connection"),
    "doors.last": Text("最近消息", "Last message"),
    "doors.rate": Text("条/秒", "Messages/s"),
    "doors.lag": Text("延迟", "Lag"),
    "doors.messages": Text("消息数", "Messages"),
    "doors.error": Text("最近的错误", "Last error"),
    "doors.up": Text("已连接", "connected"),
    "doors.lost": Text("未连接", "not connected"),
    "doors.open": Text("可接收", "open"),
    "doors.silent": Text("入口程序未运行", "its program does not run"),
    "doors.since": Text("自", "since"),
}

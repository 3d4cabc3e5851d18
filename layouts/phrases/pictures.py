"""What is said of a camera's picture, and why it does not show."""

from indicators.text import Text

PHRASES: dict[str, Text] = {
    "picture.name": Text("{name} 的画面", "Picture of {name}"),
    "picture.none": Text("没有画面：数据源未配置画面地址", "No picture: no address is configured for its source"),
    "picture.stranger": Text("未打开画面：{place} 不在城市配置允许的地址之内",
                             "Picture not opened: the city's pack does not allow {place}"),
    "picture.past": Text("正在回看，实时画面不属于这一时刻", "This is the past; a live picture does not belong to it"),
    "picture.offline": Text("摄像机离线，未打开画面", "The camera is offline, so its picture is not opened"),
    "picture.quiet": Text("摄像机已超时未上报，未打开画面", "The camera has gone silent, so its picture is not opened"),
    "picture.disabled": Text("摄像机已停用，未打开画面", "The camera is disabled, so its picture is not opened"),
    "picture.sees": Text("是", "Yes"),
    "picture.blind": Text("否", "No"),
    "picture.opening": Text("正在打开画面…", "Opening the picture …"),
    "picture.playing": Text("实时画面 · 静音", "Live · muted"),
    "picture.shown": Text("快照", "Snapshot"),
    "picture.silent": Text("画面地址没有应答", "The picture's address does not answer"),
    "picture.refused": Text("画面地址应答错误 {value}", "The picture's address answers with error {value}"),
    "picture.foreign": Text("画面地址有应答，但不允许本页读取（CORS）",
                            "The address answers, but does not let this page read it (CORS)"),
    "picture.mixed": Text("本页为 HTTPS，浏览器不打开 HTTP 画面",
                          "This page is HTTPS; browsers open no picture by plain HTTP in it"),
    "picture.other": Text("地址有应答，但不是可显示的画面", "The address answers, but not with a picture that can be shown"),
    "picture.codec": Text("浏览器不能解码此视频（{value}）", "This browser cannot decode the video ({value})"),
    "picture.broken": Text("画面中断", "The picture broke off"),
    "picture.library": Text("本浏览器不能播放视频流，或播放器未能载入",
                            "This browser plays no streams, or the player could not be loaded"),
    "picture.unknown": Text("编码未知", "codec unknown"),
    "picture.again": Text("再试", "Try again"),
    "picture.anyway": Text("仍要打开", "Open anyway"),
    "picture.refresh": Text("刷新", "Refresh"),
}
SHOWN = ("opening", "playing", "shown", "silent", "refused", "foreign", "mixed", "other", "codec", "broken", "library", "unknown",
         "again", "anyway", "refresh")  # what the browser says by itself

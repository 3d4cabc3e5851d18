"""CAP messages for tests, written by the book unless a test says otherwise."""

from xml.sax.saxutils import escape

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SENT = "2026-03-04T12:00:00-05:00"      # noon in Smalltown, 17:00 UTC
EXPIRES = "2026-03-05T12:00:00-05:00"


def polygon(west: float, east: float) -> str:
    """A polygon of Smalltown between two meridians, in hundredths of a degree."""
    corners = ((0.002, west), (0.002, east), (0.008, east), (0.008, west), (0.002, west))
    return f"<polygon>{' '.join(f'{lat},{lon / 100:.4f}' for lat, lon in corners)}</polygon>"


def area(inside: str = polygon(0.1, 0.9), description: str = "Here") -> str:
    """An area block."""
    return f"<area><areaDesc>{escape(description)}</areaDesc>{inside}</area>"


def info(language: str | None = "en-US", *, headline: str | None = "Heavy rain", event: str = "Rain", severity: str = "Severe",
         expires: str | None = EXPIRES, more: str = "", areas: str | None = None) -> str:
    """An info block."""
    said = {"language": language, "category": "Met", "event": event, "urgency": "Immediate", "severity": severity,
            "certainty": "Observed", "expires": expires, "headline": headline}
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in said.items() if value is not None)
    return f"<info>{inside}{more}{area() if areas is None else areas}</info>"


def alert(identifier: str = "w1", *infos: str, sent: str = SENT, kind: str = "Alert", status: str = "Actual",
          references: str = "", sender: str = "met@town.example", more: str = "", namespace: str = NAMESPACE) -> str:
    """A message; without info blocks it has one in English."""
    pointing = f"<references>{references}</references>" if references else ""
    return (f'<alert xmlns="{namespace}"><identifier>{identifier}</identifier><sender>{sender}</sender><sent>{sent}</sent>'
            f"<status>{status}</status><msgType>{kind}</msgType><scope>Public</scope>{pointing}{more}"
            f"{''.join(infos or (info(),))}</alert>")


def reference(identifier: str, sent: str = SENT, sender: str = "met@town.example") -> str:
    """How another message refers to one."""
    return f"{sender},{identifier},{sent}"

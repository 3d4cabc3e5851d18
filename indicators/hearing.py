"""When a device counts as heard, as SQL: within three of its intervals, or of those at which its source promises new data."""

SILENT_INTERVALS = 3

# No source of observations promises less: what is older is silent without a look at whose it was.
LONGEST = """(SELECT max(s.refresh_seconds)
                 FROM source s JOIN feed USING (source_id)
                WHERE starts_with(subject, 'observation'))"""


def promised(device: str, told_at: str) -> str:
    """SQL for the seconds at which who told what a device said at an instant promises new data; NULL for an archive."""
    return f"""(SELECT s.refresh_seconds
                  FROM observation o JOIN batch b USING (batch_id) JOIN source s USING (source_id)
                 WHERE o.device_id = {device}.device_id AND o.observed_at = {told_at}
                 LIMIT 1)"""


def heard(device: str, told_at: str, at: str) -> str:
    """SQL for whether a device that spoke at `told_at` is heard at `at`; NULL or false when it is not.

    Hourly sensors whose readings come in daily files are not silent after three hours.
    """
    def within(seconds: str) -> str:
        return f"{told_at} > {at} - {SILENT_INTERVALS} * {seconds} * interval '1 second'"

    return f"({within(f'{device}.interval_s')} OR ({within(LONGEST)} AND {within(promised(device, told_at))}))"

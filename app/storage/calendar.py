"""When a day ends in a zone, in SQL, to the same instant as `app.domain.periods.ends_at`. Decides no calendar."""


def ends_at_sql(next_day: str, zone: str) -> str:
    """The instant (timestamptz) at which the day before `next_day` (a date or timestamp) is over in `zone`.

    PostgreSQL takes the second of two midnights where clocks go back to it. The last second of a day has no such
    choice that matters: its second occurrence is the day's end.
    """
    return f"((({next_day})::timestamp - interval '1 second') AT TIME ZONE {zone} + interval '1 second')"

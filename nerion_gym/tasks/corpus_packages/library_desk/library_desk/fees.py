"""What a late return costs, in cents."""

from datetime import date

from library_desk.calendar import days_late

GRACE_DAYS = 2
PER_DAY = 20
MOST = 500


def late_fee(due: date, back: date, child: bool = False) -> int:
    late = days_late(due, back)
    if late <= GRACE_DAYS:
        return 0
    fee = min((late - GRACE_DAYS) * PER_DAY, MOST)
    return fee // 2 if child else fee

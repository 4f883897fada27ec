"""What it costs to send a parcel."""

from parcel_rates.quote import cheapest, quotes

__all__ = ["cheapest", "quotes"]

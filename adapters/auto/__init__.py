"""One door for all ministries: where a question belongs, and emergencies before all else. See README.md."""

from adapters.auto.emergencies import Emergency, emergency
from adapters.auto.router import Choice, Router, RouterError, load_router
from adapters.auto.training import train, train_for

__all__ = ["Choice", "Emergency", "Router", "RouterError", "emergency", "load_router", "train", "train_for"]

"""From a route to an engine: fair turns, adapter slots, the choice of a replica, and conversations that stay put."""

from serve.dispatch.canary import CanaryCounts
from serve.dispatch.conversations import Conversations, conversation_of
from serve.dispatch.dispatch import Dispatch, DispatchLimits, Errand
from serve.dispatch.fair import FairQueue
from serve.dispatch.slots import SCRIPT as SLOTS_SCRIPT
from serve.dispatch.slots import SlotLimits, Slots

__all__ = [
    "SLOTS_SCRIPT",
    "CanaryCounts",
    "Conversations",
    "Dispatch",
    "DispatchLimits",
    "Errand",
    "FairQueue",
    "SlotLimits",
    "Slots",
    "conversation_of",
]

"""The tagger's classes, one per character."""

from __future__ import annotations

NOTHING, PERSON_BEGIN, PERSON_INSIDE = 0, 1, 2
ENTITIES = (
    "TW_ADDRESS", "DATE_OF_BIRTH", "PHONE", "TW_PLATE", "ACCOUNT", "LINE_ID", "TW_BANK_ACCOUNT", "TW_MEDICAL_RECORD",
    "TW_STUDENT_ID", "EMAIL", "TW_HOUSEHOLD_NO", "TW_LAND_NO", "TW_PASSPORT", "TW_NHI_CARD", "TW_NATIONAL_ID",
    "TW_UI_NO", "TW_EINVOICE_CARRIER", "TW_CITIZEN_CERT", "CREDIT_CARD", "IP_ADDRESS",
)  # fmt: skip
FIRST_ENTITY = 3
COUNT = FIRST_ENTITY + len(ENTITIES)
TAG_OF = {entity: FIRST_ENTITY + index for index, entity in enumerate(ENTITIES)}

"""Capitalised words that are no names, and those that name a place, an office or a thing when a name has them."""

from __future__ import annotations

_ORDINARY = (
    "Taiwan Taipei Taichung Kaohsiung Tainan Line Facebook Google Apple Android Chrome The This That "
    "There Hi Hello Dear App Email Mail Phone Plate Agent Thank Thanks Please Yes No Road Street City "
    "District County Section Lane Alley Pay Easycard Park Station Bus Mrt Metro Hospital University "
    "School Department Social Welfare January February March April May June July August September October "
    "November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday Not In On At To From Here "
    "Calling Writing Wondering Your My Our Just Still Also Very So Now When Where What Why How Can Could "
    "Would Sirs Arc Id Ip Dob Is Are Does If But For It He She We They After Before Because Since With Some All Any"
)
_BEFORE = (
    "Sir Madam Best Kind Regards Sincerely Truly Faithfully Yours Wishes Cheers Sent "
    "Name Nama Saya Will And Do Mr Mrs Ms Miss Dr "
    "Contact Call Teacher Owner Husband Wife Landlord Landlady Employer Patient Consignee "
    "Ibu Bu Pak Bapak Mbak Mas Chị Anh Cô Chú Ate Tita Tito Kuya Si Grandma Grandpa Names Date Coach May "
    "Officer Tenant Boss Worker Guarantor Sponsor Mother Father Brother Sister Neighbor Neighbour Friend Agent "
    "Japanese Filipino Filipina Vietnamese Indonesian Thai Indian American British Canadian French German "
    "Italian Spanish Korean Malaysian Taiwanese Chinese Australian Dutch Polish Russian African European English"
)
_INSTITUTIONS = (
    "Hall Church Park University School College Hospital Clinic Temple Museum Market Station Airport Road Rd Street "
    "St Avenue Ave Boulevard Blvd Office Bureau Department Bank Company Ltd Inc Co Card Bill Pizza Bar Cafe Coffee "
    "Restaurant Hotel Hostel Mountain Lake River Beach Bridge Island Tower Towers Building Plaza Mall Center Centre "
    "Library Stadium Club Team League Festival Act Law Insurance Government City County District Township Village "
    "Live Carol Teacher Manager Engineer Student Nurse Republic China Philippines Indonesia Vietnam Japan Section "
    "Line Lane Alley Dist House Field Galaxy Program Agency Association Foundation Court Police Ministry Embassy "
    "Council Services Service Permit License Certificate Main North South East West Night New Old Memorial Form "
    "Garden Gardens Gate Exit Year Zoo Community Residence Dormitory Kong Store Shop United Life Telecom Express "
    "Université Universität Universidad Università Lycée Institut Institute Academy Kindergarten Anonymous "
    "Machine Checkup Sinica Pinyin Fridays Baptist Award "
    "Prize Marathon Parade Concert Movie Song Stage Day Week Month Tour Ship Kapal Enrollment"
)
NOT_NAMES = frozenset(_ORDINARY.split())
BEFORE_NAMES = frozenset(_BEFORE.split())
"""No names where they begin a name or are all of it."""
INSTITUTIONS = frozenset(_INSTITUTIONS.split())

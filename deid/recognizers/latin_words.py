"""Capitalised words that are no names, and those that name a place, an office or a thing when a name has them."""

from __future__ import annotations

import re

# As they are written in Taiwan, and in Viet Nam.
ROMANISED_SURNAMES = (
    "Chen|Lin|Huang|Chang|Lee|Li|Wang|Wu|Liu|Tsai|Yang|Hsu|Cheng|Hsieh|Kuo|Hung|Chiu|Tseng|Liao|Lai|Chou|Yeh|Su|"
    "Chuang|Lu|Chiang|Ho|Hsiao|Lo|Kao|Pan|Chien|Chu|Chung|Peng|Yu|Chan|Hu|Shih|Shen|Liang|Chao|Yen|Ko|Weng|Wei|Sun|Tai|"
    "Fan|Sung|Fang|Teng|Tu|Fu|Hou|Tsao|Hsueh|Ting|Cho|Ma|Juan|Tung|Tang|Wen|Lan|Chi|Ou|Nguyen|Tran|Pham|Zhang|Zhou"
)
_ORDINARY = (
    "Taiwan Taipei Taichung Kaohsiung Tainan Line Facebook Google Apple Android Chrome The This That There Hi "
    "Hello Dear App Email Mail Phone Plate Agent Thank Thanks Please Yes No Road Street City District County "
    "Section Lane Alley Pay Easycard Park Station Bus Mrt Metro Hospital University School Department Social "
    "Welfare January February March April May June July August September October November December Monday Tuesday "
    "Wednesday Thursday Friday Saturday Sunday Not In On At To From Here Applicant Applicants Respondent Brgds "
    "Estate Mein Sec Visa Blogger Threads Thanksgiving Christmas Ramadan First National Medical Public Private "
    "Confidential Labour Labor Vocational International Postman Typhoon Calling Writing Wondering Your My Our "
    "Just Still Also Very So Now When Where What Why How Can Could Would Sirs Arc Id Ip Dob Is Are Does If But "
    "Familymart Easywallet Taipower Chunghwa Hinet Carrefour Costco Ikea Youbike Ubike Foodpanda Ubereats Shopee Momo "
    "Pchome Starbucks Mcdonald's Gogoro Uber Whatsapp Telegram Instagram Youtube Tiktok Gmail Linepay "
    "Aprc Pmi Tki Tkw Abk Ofw For It He She We They "
    "Yesterday Today Tomorrow Tonight Merry Rgds Thx Tks Pls After Before Because Since With Some All Any Hr "
    "Dept Says He's We're Dgpa Hey "
    "Only Between Delete Ask It's That's Tell Remove Neither Both Either Somebody Someone Nobody Everyone Everybody "
    "Did Whose Which While Until During Behind Around About Except Than Then Though Although Unless Once Maybe Perhaps "
    "Sorry Get Give Send Bring There's Who's What's Where's Let's"
)
_BEFORE = (
    "Sir Madam Best Kind Regards Sincerely Truly Faithfully Yours Wishes Cheers Sent Name Nama Saya Will And Do "
    "Mr Mrs Ms Miss Dr Contact Call Teacher Owner Husband Wife Landlord Landlady Employer Patient Consignee Ibu "
    "Bu Pak Bapak Mbak Mas Chị Anh Cô Chú Ate Tita Tito Kuya Si Grandma Grandpa Names Date Coach May Officer "
    "Tenant Boss Worker Guarantor Sponsor Mother Father Brother Sister Neighbor Neighbour Friend Agent"
)
_NATIONS = (
    "Japanese Filipino Filipina Vietnamese Indonesian Thai Indian American British Canadian French German Scottish "
    "Irish Welsh Swiss Iranian Pakistani Nepali Nepalese Mongolian Turkish Greek Portuguese Swedish Norwegian Danish "
    "Finnish Mexican Brazilian Nigerian Ghanaian Kenyan Ukrainian Austrian Belgian Cambodian Burmese Bangladeshi "
    "Italian Spanish Korean Malaysian Singaporean Taiwanese Chinese Australian Dutch Polish Russian African European "
    "English Egyptian Ethiopian Eswatini Colombian Peruvian Chilean Argentinian Honduran Guatemalan Czech Hungarian "
    "Romanian Israeli Jordanian Moroccan Tunisian Ugandan Zimbabwean Gambian Macanese"
)
_TITLES = (
    "Officer Judge Mayor Minister Driver Auntie Aunty Uncle Nurse Co-owner Captain Cadet Professor Prof Director "
    "Manager Doctor Sergeant Inspector Chief Diplomat Madam Miss Frau Herr Señor Señora Khun Ông Bapak Anaknya Spouse "
    "Dependent Dependant Employee Father-in-law Mother-in-law Teacher Ate Kuya Lolo Ibu "
    "Nenek Kakek Mbak Mba Bạn Kapten Ma'am Mr Mrs Ms "
    "Sir Tía Tío Schwager Schwägerin Soy Surname"
    " Ginoong Gng Ginang Old Monsieur Madame Nanay Tatay Kumpare Sister Brother"
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
    "Prize Marathon Parade Concert Movie Song Stage Day Week Month Tour Ship Kapal Enrollment "
    "Orchestra Theological Seminary Limited Affairs Works Trading Elderly Univ Attorneys Fellowship Ursuline "
    "Universitas Kantor Farm Garment Plastic Outlets Spa Care Class Outlet Typhoon Spoonbill Theatre Theater "
    "Cathedral Monastery Trust Union Party Society Committee Harbour Harbor Port Terminal Hospice Corporation "
    "Industries Industrial Electronics Technology Technologies Holdings Cruise Cruises Airlines Airways "
    "Pier Wharf Quartet Quintet Choir Troupe Symphony Ensemble Grotto Trail Trailhead Canyon Gorge "
    "Junior Senior High Elementary Middle Primary Bakery Reservoir Aquarium Observatory Gymnasium Arena Pavilion "
    "Shrine Monument Lighthouse Wetland Lantern Riddles Workshop Lecture Exhibition Gallery Visitor Jokes"
)
# Persons of history and stage, temples, universities, firms and places that are written like names.
_KNOWN = (
    "Sun Yat-sen;Chiang Kai-shek;Chiang Ching-kuo;Lee Teng-hui;Hu Shih;"
    "Tzu Chi;Fo Guang Shan;Dharma Drum;Din Tai;Din Tai Fung;Wu Pao Chun;Tung Hai;Feng Chia;Fu Jen;Ming Chuan;Ming Dao;"
    "Yuan Ze;Chung Yuan;Chung Hsing;Chung Shan;Chung Cheng;Dong Hwa;Tunghai;Kang Chiao;Ling Tung;Hsing Wu;Shih Hsin;"
    "Tamkang;Chang Gung;Cheng Hsin;Tai Chi;Chiang Mai;Khon Kaen;Sri Lanka;San Min;Da-an;Ha Tinh;Santa Claus;"
    "Yue Yuen;Hon Hai;Nan Ya;Hua Nan;Chang Hwa;Mega Bank;Cathay United;Ah Li Shan;Idul Fitri;Semana Santa;"
    "South African;Sri Lankan;New Zealander;North Korean;South Korean;Saudi Arabian;Hong Konger;"
    "Bahasa Indonesia;Wade-Giles;Gua Bao;Beef Noodle;Guten Abend;Guten Morgen;Guten Tag;Museo Del Palacio;Chow Chow"
)
_COUNTRIES = (
    "Africa Zambia Ghana Nigeria Uganda Ethiopia Morocco Algeria Tunisia Egypt Somalia Sudan Senegal Cameroon "
    "Namibia Botswana Zimbabwe Tanzania Rwanda Burundi Nepal Pakistan Bangladesh Cambodia Laos Myanmar Burma "
    "Thailand Vietnam Malaysia Singapore Indonesia Philippines Korea Japan Japon Mongolia Turkey Iran Iraq Palestine "
    "Lebanon Syria Oman Qatar Kuwait Yemen Ukraine Russia Germany Italy Portugal Greece Sweden "
    "Denmark Finland Iceland Austria Hungary Romania Bulgaria Serbia Croatia "
    "Slovenia Slovakia Estonia Latvia Lithuania Belgium Netherlands Luxembourg Switzerland Canada Mexico "
    "Brazil Argentina Peru Colombia Bolivia Ecuador Venezuela Paraguay Uruguay Panama Honduras Guatemala Nicaragua "
    "Haiti Europe Australia Munich Hamburg Lisbon Prague Warsaw Moscow Kyiv "
    "Istanbul Lagos Nairobi Mumbai Delhi Bangkok Hanoi Saigon Manila Jakarta Surabaya Cebu Seoul Busan Tokyo "
    "Osaka Kyoto Sapporo Casablanca Chicago Toronto Vancouver Melbourne Toscana Airbnb Agoda Renault "
    "Porsche Lego Montessori Toyota Honda Siemens Bosch Garmin Volvo Wasabi Ramen Pizza Ramadan Diwali Songkran "
    "Muslim Buddhist Hindu Catholic Retriever Labrador Plumber Nanny Coupons Omani Kiwi Ghanaian Lyudao"
)
# Some people are called like these.
_ALSO_NAMES = "Kenya Holland France England Britain Berlin Spain Poland Wales Norway Scotland Salamanca Harley"
_THINGS = (
    "Toyota Corolla Subaru "
    "Edge Chrome Windows Firefox Mazda Nissan Porsche Yamaha Lexus Hyundai Mitsubishi Volvo Tesla Kymco Gogoro "
    "Vespa Ducati Volkswagen Javanese Swahili Tagalog Mandarin Hakka Cantonese Arabic Urdu Eswatini Zealander "
    "Trading Attorneys Orchestra Castings Kindergarten Theological Highway Administration Shelter Mosque Permit "
    "Departure Festival Spoonbill Fellowship Annex Ltd Inc Cheers Regards Sincerely"
)
_ACRONYMS = (
    "AI ANTI-HAV ANTI-HBS HBSAG IGG IGM APP ATM CEO DNA FAQ GPS IT LED MRT NGO PDF QR "
    "SOP TV USB VIP VPN IDN IND JPN KOR MYS NGA NPL PHL "
    "THA USA VNM"
)
NOT_NAMES = frozenset(_ORDINARY.split())
TITLES = frozenset(_TITLES.split())
NATIONS = frozenset(_NATIONS.split())
BEFORE_NAMES = frozenset(_BEFORE.split()) | NATIONS
"""No names where they begin a name or are all of it."""
INSTITUTIONS = frozenset(_INSTITUTIONS.split())
_WELL_KNOWN = frozenset(_KNOWN.upper().split(";")) | frozenset(_COUNTRIES.upper().split())
_PLACES_AND_NAMES = frozenset(_ALSO_NAMES.upper().split())
_UNMISTAKABLE = frozenset((_THINGS.upper() + " " + _ACRONYMS).split())
_SHORTEST = 4

# 「Toyota Sienna」: a model of a make.
_MADE_BY = "TOYOTA NISSAN MAZDA MITSUBISHI LEXUS HYUNDAI SUBARU VOLVO VOLKSWAGEN FORD SKODA"
_CARS = (
    "SIENNA SIENTA CAMRY ALTIS YARIS VIOS COROLLA CROWN TIIDA SENTRA LIVINA OUTLANDER FORTIS LANCER ZINGER "
    "DELICA FOCUS KUGA FIESTA TIGUAN PASSAT OCTAVIA FABIA SUPERB FORESTER OUTBACK IMPREZA ELANTRA TUCSON"
)
_MAKES, _MODELS = frozenset(_MADE_BY.split()), frozenset(_CARS.split())
_MAKE_BEFORE = re.compile("([A-Z]+|豐田|日產|三菱|凌志|福特|福斯) ?$", re.IGNORECASE)


def is_model(before: str, words: str) -> bool:
    """Whether words in Latin letters are a known model of a car, with its make or behind it."""
    *make, model = words.upper().split(" ")
    if model not in _MODELS or len(make) > 1:
        return False
    told = make or ([found[1].upper()] if (found := _MAKE_BEFORE.search(before)) else [])
    return bool(told) and (not told[0].isascii() or told[0] in _MAKES)


def is_telling(word: str) -> bool:
    """Whether one word of somebody's name is likely meant when it stands alone: long enough, and no everyday word."""
    plain = word.strip(".,").capitalize()
    return len(plain) >= _SHORTEST and not any(
        plain in words for words in (NOT_NAMES, BEFORE_NAMES, INSTITUTIONS)
    )


def is_well_known(text: str) -> bool:
    """Whether words are all of a well-known name of history, a place or a firm."""
    return text.upper() in _WELL_KNOWN


def is_no_person(text: str) -> bool:
    """Whether words are well known as somebody of history, a place, a firm, a make, a language or an acronym."""
    words = text.upper()
    known = is_well_known(text) or words in _PLACES_AND_NAMES
    return known or not _UNMISTAKABLE.isdisjoint(words.replace(",", " ").split())

"""Names in records, where no sentence tells them: behind keys, in columns, in a greeting of a message."""

from __future__ import annotations

import pytest

from deid.recognizers.person import PersonRecognizer
from deid.views import Views

FOUND = (
    ('{"applicant": "童謠", "lang": "zh"}', ["童謠"]),
    ("owner=酈守中&plate=ABC-1234", ["酈守中"]),
    ("contact_name=方糖; nick=圓圓; seat=B07", ["方糖", "圓圓"]),
    ('{"contact": {"name": "高雄", "nickname": "阿雄"}}', ["阿雄"]),
    ("戶長：水來\n電表：正常", ["水來"]),
    ("飼主: 白米 犬種: 米克斯", ["白米"]),
    ("序號,申請人,事由\n1,花明,補發\n2,聞人達,查詢\n3,未填,空白", ["花明", "聞人達"]),
    ("姓名\t國籍\t備註\n田心\t本國\t素食", ["田心"]),
    ("申請人,事由\n黃玉山,補發\n柯文村,查詢\n賴金橋,銷案", ["黃玉山", "柯文村", "賴金橋"]),
    ("簡訊退回：親愛的鄺世華您好，您預約的疫苗已取消", ["鄺世華"]),
    ("報修人：雷震子（真名）", ["雷震子"]),
    ("申請人姓名：邊境　申請事項：謄本", ["邊境"]),
    ("被保險人,保單,金額\n方便,A1,3000\n高興,A2,2000\n白天,A3,3000", ["方便", "高興", "白天"]),
    ("聲請人：花開\n相對人：時光（住對面）\n保證人：無", ["花開", "時光"]),
)
STAYS = (
    '{"stops": [{"name": "吳興街口"}, {"name": "莊敬路"}, {"name": "江子翠站"}]}',
    "name=方案一 owner=管理員 applicant=同上",
    "聯絡人：總幹事 電話：詳公告",
    "收養人：單身",
    "申請人：（未填）",
    "保證人：林務局　關係人：無　義務人：詳附表",
    "聯絡人,事由\n中興村,路燈\n文化宮,噪音",
    "member.name= member.nick= status=active",
    "親愛的市民您好，親愛的家長您好",
    "品名,單位,數量\n白米,公斤,3\n花生,包,2",
)


def found_in(text: str) -> list[str]:
    spans = sorted({(one.start, one.end) for one in PersonRecognizer().find(Views(text)) if one.score >= 0.4})
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(("text", "names"), FOUND)
def test_names_in_records_are_found(text: str, names: list[str]) -> None:
    assert found_in(text) == names


@pytest.mark.parametrize("text", STAYS)
def test_what_records_name_besides_persons_stays(text: str) -> None:
    assert found_in(text) == []

"""What the page says, in the Chinese of Taiwan's administration. Nothing here comes from a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from adapters.stages import Stage
from serve.controller.phases import Standing
from serve.records.replicas import Phase

STAGES: Mapping[str, str] = MappingProxyType(
    {
        Stage.CHECKED: "已檢核，待評測",
        Stage.EVALUATED: "評測通過",
        Stage.REJECTED: "評測未通過",
        Stage.CANARY: "試行中",
        Stage.SERVING: "服務中",
        Stage.STANDBY: "待命（可回復）",
        Stage.RETIRED: "已除役",
    }
)
STANDINGS: Mapping[str, str] = MappingProxyType(
    {
        Standing.READY: "全部就緒",
        Standing.DEGRADED: "部分就緒",
        Standing.FAILED: "載入失敗",
        Standing.LOADING: "載入中",
        Standing.DRAINING: "卸載中",
        Standing.PENDING: "尚未載入",
    }
)
PHASES: Mapping[str, str] = MappingProxyType(
    {
        Phase.PENDING: "等候載入",
        Phase.LOADING: "載入中",
        Phase.READY: "就緒",
        Phase.DRAINING: "卸載中，不再接新提問",
        Phase.FAILED: "失敗",
    }
)
ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "adapter.register": "登錄",
        "adapter.submit": "提交",
        "adapter.evaluate": "評測",
        "adapter.load": "請求載入",
        "adapter.canary": "試行",
        "adapter.withdraw": "終止試行",
        "adapter.promote": "改為服務版本",
        "adapter.roll_back": "回復前一版",
        "adapter.retire": "除役",
        "adapter.ask": "申請",
        "adapter.approve": "核准",
        "promote": "改為服務版本",
        "roll_back": "回復前一版",
        "retire": "除役",
    }
)
ROLES: Mapping[str, str] = MappingProxyType(
    {"operator": "維運人員", "ministry": "機關承辦", "viewer": "檢視者"}
)


@dataclass(frozen=True, slots=True)
class StepText:
    """One step for people: its name, what it does, and whether it can't be undone."""

    name: str
    effect: str
    button: str
    needs_reason: bool = True
    final: bool = False


STEPS: Mapping[str, StepText] = MappingProxyType(
    {
        "promote": StepText(
            "改為服務版本",
            "之後這個對外名稱的提問全部由這一版回答。原服務版本轉為待命，可隨時回復；其他試行與待命版本會離開推論主機。",
            "確認改為服務版本",
        ),
        "canary": StepText(
            "試行（分配部分流量）",
            "只有指定比例的對話由這一版回答，其餘仍由服務版本回答；同一對話會留在同一版。錯誤率或延遲超出範圍時，系統會自動終止試行。",
            "確認開始試行",
        ),
        "withdraw": StepText(
            "終止試行", "這一版不再回答提問，全部回到服務版本；版本本身保留，可再次試行。", "確認終止試行"
        ),
        "roll-back": StepText(
            "回復為服務版本",
            "改回由這一版回答全部提問；目前的服務版本會離開推論主機，保留為評測通過的版本。",
            "確認回復",
        ),
        "load": StepText(
            "載入推論主機",
            "請推論主機先載入這一版 30 分鐘，供評測或改為服務版本之前使用；不會開始回答民眾提問。",
            "確認載入",
            needs_reason=False,
        ),
        "retire": StepText("除役", "這一版永久停用，相同內容不能再提交為新版本。", "確認除役", final=True),
        "approve": StepText(
            "核准申請", "核准後立即生效。申請人不能核准自己的申請。", "確認核准", needs_reason=False
        ),
    }
)
DONE: Mapping[str, str] = MappingProxyType(
    {
        "promote": "已改為服務版本。各閘道在一秒內生效。",
        "canary": "試行已開始。",
        "withdraw": "試行已終止。",
        "roll-back": "已回復為服務版本。各閘道在一秒內生效。",
        "load": "已請推論主機載入，稍後重新整理可看到各主機狀態。",
        "retire": "已除役。",
        "approve": "已核准並生效。",
        "asked": "已送出申請，需由另一人核准後才會生效。",
    }
)
ERRORS: Mapping[str, str] = MappingProxyType(
    {
        "invalid_api_key": "權杖不正確，請再確認。",
        "locked_out": "嘗試次數過多，此位址暫停登入 15 分鐘。",
        "forbidden": "您的角色不能執行這個動作。",
        "form_expired": "表單已逾時或不是由本系統送出，請重新操作。",
        "own_request": "這是您自己提出的申請，必須由另一人核准。",
        "not_found": "找不到這個版本或頁面。",
        "invalid_request": "欄位內容不能使用，請檢查後再送出。",
        "step_refused": "這一版目前的階段不允許這個動作，可能已有人先行變更。",
        "not_ready": "還沒有任何推論主機載入這一版，請先「載入推論主機」，就緒後再試。",
        "no_standby": "沒有可以回復的待命版本。",
        "approval_missing": "沒有等候核准的申請，可能已核准或已逾期。",
        "conflict": "目前的狀態不允許這個動作，請重新整理後確認。",
        "records_unavailable": "資料庫暫時無法使用，請稍後再試。",
    }
)
OTHER_ERROR = "系統目前無法完成，請稍後再試，並提供下方的請求編號給維運人員。"
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "reason": "請填寫理由（500 字以內），理由會留在歷程中。",
        "weight": "請填欄位說明範圍內的整數。",
        "last": "請勾選，確認這個對外名稱之後沒有任何版本回答。",
    }
)

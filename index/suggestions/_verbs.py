"""Base forms of English verbs by their past tense and gerund."""

from __future__ import annotations

__all__ = ["BASE_OF_GERUND", "BASE_OF_PAST"]

PAST_AND_BASE = """
    abolished:abolish acquired:acquire adopted:adopt annexed:annex announced:announce attacked:attack began:begin
    besieged:besiege bought:buy built:build captured:capture composed:compose conquered:conquer created:create
    defeated:defeat designed:design developed:develop died:die directed:direct discovered:discover ended:end
    established:establish fell:fall founded:found introduced:introduce invaded:invade invented:invent joined:join
    launched:launch led:lead left:leave married:marry occupied:occupy opened:open painted:paint proposed:propose
    published:publish ratified:ratify released:release revoked:revoke signed:sign started:start unveiled:unveil
    visited:visit won:win wrote:write
"""
BASE_OF_PAST = dict(pair.split(":") for pair in PAST_AND_BASE.split())

GERUND_AND_BASE = """
    adding:add building:build changing:change choosing:choose configuring:configure connecting:connect creating:create
    deploying:deploy downloading:download getting:get installing:install joining:join making:make removing:remove
    reporting:report running:run starting:start stopping:stop testing:test training:train updating:update
    upgrading:upgrade using:use writing:write
"""
BASE_OF_GERUND = dict(pair.split(":") for pair in GERUND_AND_BASE.split())

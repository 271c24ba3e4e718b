"""Verb forms of English that rules turn into one another: past tense, participle, gerund and base form."""

from __future__ import annotations

__all__ = ["BASE_OF_GERUND", "BASE_OF_PAST", "BASE_VERBS", "PARTICIPLE_OF_PAST", "PAST_OF_PARTICIPLE"]

PAST_AND_PARTICIPLE = """
    won/won led/led built/built made/made took/taken gave/given wrote/written broke/broken held/held sent/sent left/left
    met/met fought/fought lost/lost sat/sat spoke/spoken taught/taught told/told drew/drawn drove/driven knew/known
    paid/paid said/said saw/seen sold/sold spent/spent brought/brought bought/bought caught/caught chose/chosen
    kept/kept laid/laid began/begun came/come became/become went/gone fell/fallen rose/risen grew/grown ran/run
    fled/fled bore/born overthrew/overthrown showed/shown
"""
PARTICIPLE_OF_PAST = dict(pair.split("/") for pair in PAST_AND_PARTICIPLE.split())
"""Irregular verbs: past tense to past participle."""

PAST_OF_PARTICIPLE = {participle: past for past, participle in PARTICIPLE_OF_PAST.items()}

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

BASE_WORDS = """
    have use make cost support include offer come go begin start end die live happen take lead rule found build invent
    develop settle arrive leave become get give call play work say write speak fight win lose invade conquer control
    own run release cause affect change influence contain need require cover last represent serve meet vote elect
    pass join reach hold keep produce form create establish introduce provide mean differ do
"""
BASE_VERBS = frozenset(BASE_WORDS.split())
"""Verbs in the form that follows "does"."""

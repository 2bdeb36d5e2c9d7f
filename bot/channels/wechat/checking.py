"""What `linli check` says of the Official Account."""

import re
from collections.abc import Mapping
from typing import get_args

from bot.channels import ChannelError, Finding
from bot.channels.wechat import forms, menu
from bot.channels.wechat.access import Alone, Keeper
from bot.channels.wechat.client import Client
from bot.channels.wechat.refusals import Refused
from bot.clock import SystemClock
from bot.configuration import Carrier, Configuration

_NO_MENU = 46003
_FIELD = re.compile(r"\{\{(\w+)\.DATA\}\}")
# Where each kind of form is listed: the path, the list, and what its id is called.
_LISTS: Mapping[str, tuple[str, str, str]] = {
    "template": ("cgi-bin/template/get_all_private_template", "template_list", "template_id"),
    "subscription": ("wxaapi/newtmpl/gettemplate", "data", "priTmplId"),
}


async def check(client: Client, settings: Configuration) -> list[Finding]:
    """One line for each thing, and whether it works; never a secret."""
    keeper = Alone(SystemClock().now)
    try:
        await client.authorize(keeper)
    except ChannelError as error:
        await client.close()
        return [_failed("access token", error)]
    found: list[Finding] = [(True, f"wechat: {client.account} is known and gives us an access token")]
    if settings.wechat.encoding_aes_key:
        found.append((True, "wechat: only encrypted calls are heard (safe mode)"))
    found.append(await _menu(client, keeper))
    found += await _carriers(client, keeper, settings.wechat.notices)
    await client.close()
    return found


def _failed(what: str, error: ChannelError) -> Finding:
    if isinstance(error, Refused):
        return False, f"wechat: {what}: {error.mend or f'the platform refuses with {error.code}'}"
    return (
        False,
        f"wechat: {what}: the API does not answer ({error}); check wechat.api_base_url and the network",
    )


async def _menu(client: Client, keeper: Keeper) -> Finding:
    try:
        answer = await client.call(keeper, "cgi-bin/menu/get")
    except Refused as error:
        if error.code == _NO_MENU:
            return True, "wechat: there is no menu yet; `linli wechat menu` sets it"
        return _failed("menu", error)
    except ChannelError as error:
        return _failed("menu", error)
    there = menu.lines(answer.get("menu", {}).get("button", ()))
    if there != menu.lines(menu.ours()[0]):
        return True, "wechat: the menu is an older one; `linli wechat menu` sets today's"
    return True, "wechat: the menu is set"


async def _carriers(client: Client, keeper: Keeper, notices: Mapping[str, Carrier]) -> list[Finding]:
    """Each form that is configured: whether it is there, and has our fields and no others."""
    found: list[Finding] = []
    for form, (path, within, name) in _LISTS.items():
        wanted = {kind: carrier for kind, carrier in notices.items() if carrier.kind == form}
        if not wanted:
            continue
        try:
            answer = await client.call(keeper, path)
        except ChannelError as error:
            found.append(_failed(f"{form} messages", error))
            continue
        there = {each[name]: set(_FIELD.findall(each["content"])) for each in answer.get(within, ())}
        found += [_carrier(kind, carrier, there) for kind, carrier in wanted.items()]
    return found


def _carrier(kind: str, carrier: Carrier, there: Mapping[str, set[str]]) -> Finding:
    where, filled = f"wechat.notices.{kind}", forms.names(carrier)
    if unknown := [fact for fact in filled.values() if fact not in get_args(forms.Fact)]:
        known = ", ".join(get_args(forms.Fact))
        return False, f"{where}: fields: there is no {', '.join(unknown)}; a field holds one of {known}"
    if carrier.id not in there:
        return (
            False,
            f"{where}: id: the account has no {carrier.kind} {carrier.id}; choose it on the platform's page",
        )
    if missing := sorted(filled.keys() - there[carrier.id]):
        has = ", ".join(sorted(there[carrier.id]))
        return False, f"{where}: fields: {carrier.id} has no {', '.join(missing)}; it has {has}"
    if empty := sorted(there[carrier.id] - filled.keys()):
        return (
            False,
            f"{where}: fields: nothing is said for {', '.join(empty)}, and an empty field is refused",
        )
    return True, f"{where}: carried by the {carrier.kind} {carrier.id}"

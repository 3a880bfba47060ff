"""What Python's `ipaddress` makes of entries of a list of addresses, as a second opinion on contract/src/allowlist.rs.

Reads a JSON array of literals. Answers, for each, what `ipaddress` itself says (`python`) and what we should say by it
(`ours`), as a canonical form or null; and which of the latter are left in a list of them all (`list`).
"""

import json
import sys
from ipaddress import ip_address, ip_network, summarize_address_range


def written(network):
    alone = network.prefixlen == network.max_prefixlen
    return str(network.network_address if alone else network)


def python(text):
    try:
        return written(ip_network(text, strict=False))
    except ValueError:
        return None


def clothed(ip):
    return ip.version == 6 and ip.ipv4_mapped is not None


def undressed(ip):
    return ip.ipv4_mapped if clothed(ip) else ip


def entry(text):
    """Whether it shuts out, and its first and last address: `ipaddress`, but for where we differ on purpose."""
    text = text.strip()  # blanks come along when it is pasted
    denies = text.startswith("!")  # ours alone
    text = text[1:].strip() if denies else text
    if "%" in text:
        raise ValueError("a zone belongs to one machine")
    if "/" in text:
        address, prefix = (part.strip() for part in text.split("/", 1))
        if "." in prefix:
            raise ValueError("one way to write a network is enough")
        if prefix != "0" and prefix.startswith("0"):
            raise ValueError("a zero in front is octal to some programs")
        network = ip_network(f"{address}/{prefix}", strict=False)
        if clothed(ip_address(address)):
            # IPv4 in IPv6's clothes is IPv4. Of the prefix, 96 bits are the clothes.
            if network.prefixlen < 96:
                raise ValueError("it mixes IPv4 with IPv6")
            network = ip_network(f"{undressed(ip_address(address))}/{network.prefixlen - 96}", strict=False)
        return denies, network[0], network[-1]
    # Ranges are ours alone.
    first, *last = (undressed(ip_address(part.strip())) for part in text.replace("–", "-", 1).split("-", 1))
    last = last[0] if last else first
    if first.version != last.version or first > last:
        raise ValueError("no range")
    return denies, first, last


def canonical(denies, first, last):
    networks = list(summarize_address_range(first, last))
    form = written(networks[0]) if len(networks) == 1 else f"{first}-{last}"
    return ("!" if denies else "") + form


def kept(entries):
    """Those that no other of their sort contains; of two that are the same, the first."""
    def within(one, other):
        return one[0] == other[0] and one[1].version == other[1].version and other[1] <= one[1] and one[2] <= other[2]

    return [
        one
        for place, one in enumerate(entries)
        if not any(within(one, other) and (one != other or at < place) for at, other in enumerate(entries) if at != place)
    ]


verdicts, entries = [], []
for literal in json.load(sys.stdin):
    try:
        read = entry(literal)
    except ValueError:
        read = None
    verdicts.append({"python": python(literal), "ours": read and canonical(*read)})
    if read:
        entries.append(read)
json.dump({"verdicts": verdicts, "list": [canonical(*one) for one in kept(entries)]}, sys.stdout)

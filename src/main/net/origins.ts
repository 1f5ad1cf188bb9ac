/** Real origin (scheme, host, port) -> the origin to use instead. */
export type OriginMap = Readonly<Record<string, string>>

/**
 * The same address on the origin that `map` names for it; path and query are kept to the letter (signatures are made over them).
 * Default ports count as not written: `wss://host:443` and `wss://host` are one origin. An origin the map does not name stays.
 */
export function swapOrigin(url: string, map: OriginMap): string {
  const authorityEnd = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(url)?.[0].length
  if (authorityEnd === undefined) return url
  const real = normalizeOrigin(url)
  for (const [from, to] of Object.entries(map)) {
    if (normalizeOrigin(from) === real) return to.replace(/\/+$/, '') + url.slice(authorityEnd)
  }
  return url
}

/** Scheme, host in lower case, and the port unless it is the scheme's default; null when it is no address. */
function normalizeOrigin(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null
}

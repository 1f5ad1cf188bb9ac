/** Which names this server answers to, and which pages may talk to it. */

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** `127.0.0.1:7373` -> `127.0.0.1`, `[::1]:7373` -> `[::1]` */
const withoutPort = (host: string): string => host.replace(/:\d{1,5}$/, '')

export const isLoopback = (address: string): boolean =>
  /^127(\.\d{1,3}){3}$/.test(address) || address === 'localhost' || address === '::1'

/**
 * A page elsewhere that points a name of its own at this machine (DNS rebinding) sends that name. Answered are the loopback names, the
 * address listened at, and those the settings allow: with a port just so, without one at any port.
 */
export function isAllowedHost(host: string | undefined, listening: string, allowed: readonly string[]): boolean {
  if (host === undefined) return false
  const given = host.toLowerCase()
  const name = withoutPort(given)
  if (!/^(\[[0-9a-f:.]+\]|[^[\]:]+)(:\d{1,5})?$/.test(given)) return false
  if (loopbackNames.has(name) || name === listening.toLowerCase() || name === `[${listening.toLowerCase()}]`)
    return true
  return allowed.some((entry) => entry.toLowerCase() === given || entry.toLowerCase() === name)
}

/**
 * What a page elsewhere makes a browser fetch without naming an origin: pictures, scripts, frames. It could read none of it, but would
 * use up what callers without a token may ask. Following a link from there is the trader's own doing.
 */
export const isForeignFetch = (site: string | undefined, destination: string | undefined): boolean =>
  (site === 'cross-site' || site === 'same-site') && destination !== 'document'

/** A browser names the page's origin; other programs send none. Our own pages come from the very host they talk to. */
export function isForeignOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return false
  const [, given] = /^https?:\/\/([^/]+)$/.exec(origin) ?? []
  return given === undefined || given.toLowerCase() !== host?.toLowerCase()
}

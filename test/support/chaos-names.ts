/** Host names of the chaos proxy, which resolve to this machine as long as they are known. */
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'

/** Names of origins end so. */
export const domain = '.chaos.test'
export const loopback = '127.0.0.1'

/** Those that resolve now. */
export const names = new Set<string>()
let isPatched = false

/** Node asks `dns.lookup` for every host that a socket or request names: those of this proxy are answered here. */
export function answerNames(): void {
  if (isPatched) return
  isPatched = true
  const usual = dns.lookup
  const lookup = (hostname: string, ...rest: unknown[]): void => {
    const callback = rest.at(-1)
    if (!hostname.endsWith(domain) || typeof callback !== 'function') {
      Reflect.apply(usual, dns, [hostname, ...rest])
      return
    }
    const [options] = rest
    const wantsAll = typeof options === 'object' && options !== null && 'all' in options && options.all === true
    process.nextTick(() => {
      if (!names.has(hostname)) {
        const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
          ...{ code: 'ENOTFOUND', errno: -3008, syscall: 'getaddrinfo', hostname },
        })
        callback(error)
      } else if (wantsAll) callback(null, [{ address: loopback, family: 4 }])
      else callback(null, loopback, 4)
    })
  }
  Object.defineProperty(dns, 'lookup', { value: lookup, configurable: true, writable: true })
  // Modules that imported it by name see the new one, too.
  syncBuiltinESMExports()
}

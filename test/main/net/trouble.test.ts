import { describe, expect, it } from 'vitest'
import {
  causeOf,
  faultOfAnswer,
  faultOfError,
  isPassing,
  ProxyError,
  troubleOf,
} from '../../../src/main/net/trouble.ts'

const coded = (code: string) => Object.assign(new Error(`it failed: ${code}`), { code })
const html = { 'content-type': 'text/html; charset=utf-8' }

describe('an attempt without an answer', () => {
  it.each([
    [coded('ENOTFOUND'), 'dns', 'network'],
    [coded('EAI_AGAIN'), 'dns', 'network'],
    [coded('ENETUNREACH'), 'network', 'network'],
    [coded('EHOSTUNREACH'), 'network', 'network'],
    [coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls', 'network'],
    [coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls', 'network'],
    [coded('CERT_HAS_EXPIRED'), 'tls', 'network'],
    [coded('EPROTO'), 'captive_portal', 'network'],
    [coded('ETIMEDOUT'), 'outage', 'outage'],
    [coded('UND_ERR_CONNECT_TIMEOUT'), 'outage', 'outage'],
    [coded('ECONNREFUSED'), 'outage', 'outage'],
    [coded('ECONNRESET'), 'disconnect', 'disconnect'],
    [new ProxyError('the proxy http://p:1 does not let through'), 'proxy', 'network'],
    [new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]), 'outage', 'outage'],
    [
      Object.assign(new Error('other side closed', { cause: coded('ENETDOWN') }), { code: 'UND_ERR_SOCKET' }),
      'network',
      'network',
    ],
  ] as const)('%s is %s', (error, kind, cause) => {
    const fault = faultOfError(error, 'api.exchange.test')
    expect([fault.kind, causeOf(fault), isPassing(fault)]).toEqual([kind, cause, true])
  })

  it('whose name was still looked up failed for want of it', () => {
    const timeout = new Error('Opening handshake has timed out')
    expect([faultOfError(timeout, 'a.test', false).kind, faultOfError(timeout, 'a.test').kind]).toEqual([
      'dns',
      'outage',
    ])
  })

  it('is told with what to do, and the clock where a date may be the cause', () => {
    expect([
      faultOfError(coded('ENOTFOUND'), 'api.exchange.test').words,
      faultOfError(coded('CERT_NOT_YET_VALID'), 'api.exchange.test').words,
    ]).toEqual([
      'the name api.exchange.test is not resolved (ENOTFOUND): check the network and its DNS server',
      expect.stringMatching(/this machine's date is wrong$/),
    ])
  })
})

describe('an answer in HTTP', () => {
  const answer = (status: number, body = '', headers = {}) => ({ status, body, headers, host: 'api.exchange.test' })

  it.each([
    [answer(302, '', { location: 'http://login.wifi.test/?back=1' }), 'captive_portal'],
    [answer(200, '<html>Welcome</html>', html), 'captive_portal'],
    [answer(511, '<html>Sign in</html>', html), 'captive_portal'],
    [answer(451, '{"code":0,"msg":"Service unavailable from a restricted location"}'), 'blocked'],
    [answer(403, 'no'), 'blocked'],
    [answer(429), 'rate_limited'],
    [answer(418), 'rate_limited'],
    [answer(503, '{"msg":"System maintenance until 10:00 UTC"}'), 'maintenance'],
    [answer(502, '<html><title>Bad gateway</title></html>', html), 'outage'],
    [answer(301, '', { location: 'https://api.exchange.test/elsewhere' }), undefined],
    [answer(200, '{}', { 'content-type': 'application/json' }), undefined],
    [answer(400, '{}'), undefined],
  ] as const)('%o is %s', (given, kind) => {
    expect(faultOfAnswer(given)?.kind).toBe(kind)
  })

  it("carries the exchange's words, without markup and not at length", () => {
    const long = `<html><style>p{}</style><p>Restricted   location</p>${'x'.repeat(1_000)}</html>`
    const fault = faultOfAnswer(answer(451, long))
    expect(fault?.words).toMatch(
      /^api\.exchange\.test does not serve this country or region \(HTTP 451\): Restricted location x+$/,
    )
    expect(fault?.words.length).toBeLessThan(250)
  })

  it('tells refusals, which are left alone for long, from what passes', () => {
    const kinds = [451, 429, 503].map((status) => faultOfAnswer(answer(status)))
    expect(kinds.map((fault) => fault && isPassing(fault))).toEqual([false, false, true])
  })
})

describe('a trouble', () => {
  it('is shown of all but plain disconnects; a proxy is of the network', () => {
    const since = 5
    const of = (kind: 'disconnect' | 'refused' | 'proxy' | 'dns') => troubleOf({ kind, words: 'w', until: null }, since)
    expect([of('disconnect'), of('refused'), of('proxy'), of('dns')]).toEqual([
      null,
      null,
      { kind: 'network', words: 'w', since, until: null },
      { kind: 'dns', words: 'w', since, until: null },
    ])
  })
})

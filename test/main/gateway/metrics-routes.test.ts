import fastify from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { addMetricsRoutes, type MetricsRoutesOptions } from '../../../src/main/gateway/metrics-routes.ts'
import { createMetrics, type Readiness, readinessOf } from '../../../src/main/metrics/index.ts'
import { readSamples, sampleOf, source } from '../metrics/support.ts'

/** Listening on a real port. */
async function serve(
  more: Partial<MetricsRoutesOptions> = {},
): Promise<(path: string, token?: string) => Promise<Response>> {
  const metrics = createMetrics(source())
  onTestFinished(() => metrics.close())
  const server = fastify()
  onTestFinished(() => server.close())
  addMetricsRoutes(server, {
    metrics,
    readiness: () => ({ ready: true, problems: [] }),
    isAllowed: ({ headers }, scope) =>
      headers.authorization === 'Bearer right' || headers.authorization === `Bearer only ${scope}`,
    openMetrics: () => false,
    ...more,
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return (path, token) =>
    fetch(`${url}${path}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
}

describe('/metrics', () => {
  it('answers whoever may read them, in Prometheus’ text format', async () => {
    const ask = await serve()
    const reply = await ask('/metrics', 'right')
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    expect(sampleOf(readSamples(await reply.text()), 'crossbook_recording')).toBe(1)
  })

  it('tells nothing of accounts to a token of market data alone', async () => {
    const ask = await serve()
    const [all, market] = [await (await ask('/metrics', 'right')).text(), await ask('/metrics', 'only market')]
    expect(market.status).toBe(200)
    const ofAccounts = /account="|crossbook_alerts_total/
    expect(all).toMatch(ofAccounts)
    const lines = (text: string) =>
      text.split('\n').filter((line) => /^crossbook_(exchange_state|redis|build)/.test(line))
    const text = await market.text()
    expect(text).not.toMatch(ofAccounts)
    expect(lines(text)).toEqual(lines(all))
    expect((await ask('/metrics', 'only account')).status).toBe(401)
  })

  it.each([undefined, 'wrong'])('is refused to others, who hear what is missing (%s)', async (token) => {
    const ask = await serve()
    const reply = await ask('/metrics', token)
    const body = await reply.text()
    expect([reply.status, reply.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect(body).toContain('authorization: Bearer <token>')
    expect(body).not.toContain('crossbook_')
  })

  it('is open to all where the settings say so, as they stand at that moment', async () => {
    let open = true
    const ask = await serve({ openMetrics: () => open })
    expect((await ask('/metrics')).status).toBe(200)
    open = false
    expect((await ask('/metrics')).status).toBe(401)
  })
})

describe('health', () => {
  const health = async (readiness: Readiness) => {
    const ask = await serve({ readiness: () => readiness })
    const reply = await ask('/health/ready')
    return [reply.status, await reply.json()]
  }

  it('lives while it answers, without a token', async () => {
    const ask = await serve({ readiness: () => ({ ready: false, problems: ['x'] }) })
    const reply = await ask('/health/live')
    expect([reply.status, await reply.json()]).toEqual([200, { status: 'live' }])
  })

  it('is ready, degraded or not ready, and says why', async () => {
    expect(await health({ ready: true, problems: [] })).toEqual([200, { status: 'ready', problems: [] }])
    const degraded = ['okx is silent']
    expect(await health({ ready: true, problems: degraded })).toEqual([200, { status: 'degraded', problems: degraded }])
    const problems = ['no exchange is switched on']
    expect(await health({ ready: false, problems })).toEqual([503, { status: 'not_ready', problems }])
  })
})

describe('readiness', () => {
  const well = {
    isStarted: true,
    isRecordingOff: false,
    recorder: { recording: true },
    connections: [
      { exchange: 'okx', state: 'live' },
      { exchange: 'gate', state: 'live' },
    ],
    redis: { state: 'off' },
  } as const

  it.each<[string, Partial<Parameters<typeof readinessOf>[0]>, Readiness]>([
    ['all is well', {}, { ready: true, problems: [] }],
    ['it starts', { isStarted: false }, { ready: false, problems: ['the hub is starting'] }],
    [
      'the database fails',
      { recorder: { recording: false } },
      { ready: false, problems: ['nothing is recorded; the log says why'] },
    ],
    [
      'nothing is meant to be recorded',
      { recorder: { recording: false }, isRecordingOff: true },
      { ready: true, problems: [] },
    ],
    [
      'one exchange is down',
      { connections: [well.connections[0], { exchange: 'gate', state: 'open_circuit' }] },
      { ready: true, problems: ['gate is down after repeated failure (open circuit)'] },
    ],
    [
      'none is live',
      { connections: [{ exchange: 'gate', state: 'connecting' }] },
      { ready: false, problems: ['gate is connecting'] },
    ],
    ['none is switched on', { connections: [] }, { ready: false, problems: ['no exchange is switched on'] }],
    ['Redis is away', { redis: { state: 'waiting' } }, { ready: true, problems: ['Redis is not connected'] }],
  ])('when %s', (_what, more, expected) => {
    expect(readinessOf({ ...well, ...more })).toEqual(expected)
  })
})

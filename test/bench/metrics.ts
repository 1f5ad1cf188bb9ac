/** What measuring costs: per frame on its way, per scrape, per log line. */
import { FeedTraffic } from '../../src/main/exchanges/feed-traffic.ts'
import { redact } from '../../src/main/log.ts'
import { createMetrics } from '../../src/main/metrics/index.ts'
import { exchangeIds } from '../../src/shared/domain/index.ts'
import { accountStatus, exchangeStatus, socketStatus, source } from '../main/metrics/support.ts'
import { median, type Table } from './table.ts'

const rounds = 7
const frames = 2_000_000
const sockets = 8
const accounts = 20
/** Written to, so that no loop is optimised away. */
const kept = { sum: 0 }

/** Nanoseconds a turn of `step`, less those of an empty turn. */
function nanoseconds(step: (n: number) => void, turns: number): number {
  const timeOf = (work: (n: number) => void): number => {
    const startedAt = performance.now()
    for (let n = 0; n < turns; n++) work(n)
    return ((performance.now() - startedAt) * 1e6) / turns
  }
  const empty = (n: number) => {
    kept.sum += n & 1
  }
  for (const work of [step, empty]) timeOf(work)
  const differences = Array.from({ length: rounds }, () => timeOf(step) - timeOf(empty))
  return median(differences)
}

export async function benchMetrics(): Promise<readonly Table[]> {
  const traffic = new FeedTraffic()
  const line = JSON.stringify({
    level: 30,
    time: new Date().toISOString(),
    exchange: 'binance',
    connection: 'binance/spot#1/7f3a9c',
    topics: 33,
    afterMs: 412,
    msg: 'connection subscribed',
  })
  const perFrame = nanoseconds((n) => {
    const arrivedAt = (n & 3) === 0 ? performance.now() : null
    traffic.arrived(120 + (n & 7), n)
    traffic.reachedBus(arrivedAt)
    traffic.travelled(20 + (n & 31))
  }, frames)
  const withoutClock = nanoseconds((n) => {
    traffic.arrived(120 + (n & 7), n)
    traffic.travelled(20 + (n & 31))
  }, frames)
  const perLine = nanoseconds((n) => {
    kept.sum += redact(line).length + (n & 1)
  }, 100_000)

  const names = Array.from({ length: sockets }, (_, i) => `spot#${i + 1}`)
  const metrics = createMetrics(
    source({
      connections: () =>
        exchangeIds.map((exchange) =>
          exchangeStatus(exchange, { sockets: names.map((name) => socketStatus({ name })) }),
        ),
      accounts: () => Array.from({ length: accounts }, (_, i) => accountStatus({ id: `binance-${i}` })),
    }),
  )
  const times: number[] = []
  const cpu = process.cpuUsage()
  let text = ''
  for (let round = 0; round < 200; round++) {
    const startedAt = performance.now()
    text = await metrics.text()
    times.push(performance.now() - startedAt)
  }
  const { user, system } = process.cpuUsage(cpu)
  metrics.close()
  const warm = times.slice(20)
  const what = `${exchangeIds.length} exchanges, ${sockets} sockets each, ${accounts} accounts`
  return [
    {
      title: `Measuring on the way of a frame (${frames.toLocaleString('en-US')} turns, median of ${rounds})`,
      rows: [
        { what: 'arrival, bus and exchange latency, every fourth by the clock', ns: perFrame },
        { what: 'of it without the bus latency', ns: withoutClock },
        { what: 'a log line through the net of redaction', ns: perLine },
      ],
    },
    {
      title: `A scrape of /metrics (${what})`,
      rows: [
        {
          'first ms': times[0] ?? Number.NaN,
          'median ms': median(warm),
          'maximum ms': Math.max(...warm),
          'processor ms': (user + system) / 1_000 / times.length,
          series: text.split('\n').filter((one) => one !== '' && !one.startsWith('#')).length,
          bytes: text.length,
        },
      ],
    },
  ]
}

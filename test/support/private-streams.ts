/** Private streams of a connector, as an account's session opens them, and all that they say. */
import { onTestFinished } from 'vitest'
import type {
  AccountEvent,
  AccountNormalized,
  AccountNormalizer,
  PrivateStream,
} from '../../src/main/exchanges/account-contract.ts'
import { FeedSession } from '../../src/main/net/session.ts'
import { valueIn } from './account-rows.ts'
import type { ConnectorClient } from './connector-client.ts'
import { until } from './loopback.ts'

export interface PrivateStreams {
  readonly events: AccountEvent[]
  /** What came that was neither events nor housekeeping. */
  readonly others: AccountNormalized[]
  /** Why wires went down. */
  readonly downs: string[]
  /** `wire: why`, of wires that the exchange will not serve. */
  readonly refusals: string[]
  /** How often a stream came up, all its wires acknowledged. */
  ups(): number
  /** All of them are up now. */
  isUp(): boolean
  stop(): Promise<void>
}

export interface StreamOptions {
  /** One of the connector's streams alone; all when absent. */
  readonly only?: string
  /** Not given: one is obtained, where a stream needs it. */
  readonly ticket?: string
}

/** As quick as loopback allows. */
const timing = { tickMs: 10, baseMs: 5, capMs: 20 }
const quick = { connectIntervalMs: 10, settleMs: 10 }

/** Open, or refused, until the test ends. */
export async function openStreams(client: ConnectorClient, options: StreamOptions = {}): Promise<PrivateStreams> {
  const { only, ticket } = options
  const streams = client.connector.streams.filter(({ id }) => id === (only ?? id))
  if (streams.length === 0) throw new Error(`no stream ${only}`)
  const told = { events: [], others: [], downs: [], refusals: [] } as const satisfies Said
  const tickets = await Promise.all(
    streams.map(async (stream) => stream.ticket && (ticket ?? valueIn(await stream.ticket.obtain(client.ask)))),
  )
  const opened = streams.map((stream, at) => open(client, stream, tickets[at] ?? null, told))
  return {
    ...told,
    ups: () => opened.reduce((sum, { ups }) => sum + ups(), 0),
    isUp: () => opened.every(({ isUp }) => isUp()),
    stop: async () => void (await Promise.all(opened.map(({ stop }) => stop()))),
  }
}

/** The same once all flow. */
export async function openedStreams(client: ConnectorClient, options: StreamOptions = {}): Promise<PrivateStreams> {
  const streams = await openStreams(client, options)
  await until(streams.isUp, 'the private streams flow')
  return streams
}

/** What one of the streams must be given: a listen key, a token. */
export async function ticketOf({ connector, ask }: Pick<ConnectorClient, 'connector' | 'ask'>): Promise<string> {
  const ticket = connector.streams.find((stream) => stream.ticket !== null)?.ticket
  if (!ticket) throw new Error('no stream wants a ticket')
  return valueIn(await ticket.obtain(ask))
}

type Said = Pick<PrivateStreams, 'events' | 'others' | 'downs' | 'refusals'>

function open({ origins, now }: ConnectorClient, stream: PrivateStream, ticket: string | null, said: Said) {
  const normalizers = new Map<number, AccountNormalizer>()
  const up = new Set<string>()
  let ups = 0
  const isUp = () => up.size === stream.wires.length
  const session = new FeedSession({
    rules: { ...stream.rules(ticket, now), ...quick },
    origins,
    timing,
    callbacks: {
      onSocket: (generation) => normalizers.set(generation, stream.createNormalizer()),
      onFrame: (generation, data, isBinary, receivedAt) => {
        const result = normalizers.get(generation)?.(data, isBinary, receivedAt)
        if (result === undefined) throw new Error('a frame of no socket')
        if (result.kind === 'events') said.events.push(...result.events)
        else if (result.kind !== 'control') said.others.push(result)
        return 'control' in result ? (result.control ?? null) : null
      },
      onTakeover: () => undefined,
      onEnd: (generation) => normalizers.delete(generation),
      onUp: (wires) => {
        for (const wire of wires) up.add(wire)
        if (isUp()) ups++
      },
      onDown: (wires, reason) => {
        for (const wire of wires) up.delete(wire)
        said.downs.push(reason)
      },
      onRefused: ({ wire, message }) => said.refusals.push(`${wire}: ${message}`),
      onNotice: () => undefined,
      onStatus: () => undefined,
    },
  })
  onTestFinished(() => session.stop())
  session.want(new Set(stream.wires))
  session.start()
  return { ups: () => ups, isUp, stop: () => session.stop() }
}

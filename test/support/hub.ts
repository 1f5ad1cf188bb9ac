/** A hub of the test's own, as a door starts it: real sockets to simulated exchanges, a real database in a temporary folder. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import type { Client } from '../../src/main/broadcaster.ts'
import { Config } from '../../src/main/config.ts'
import { Hub } from '../../src/main/hub.ts'
import { createLogger } from '../../src/main/log.ts'
import { type Simulator, type SimulatorOptions, startSimulatorWorker } from '../../src/main/simulator/index.ts'
import type { CallName, CallReply, CallRequest, PushName, PushPayload } from '../../src/shared/contract.ts'
import { type ExchangeId, exchangeIds } from '../../src/shared/domain/index.ts'
import { temporaryFolder } from './temporary.ts'

/** A door's client in this process: keeps every push, in order, with the time it came. */
export class RecordingClient implements Client {
  readonly received: { readonly name: PushName; readonly payload: unknown; readonly at: number }[] = []
  /** False: it reads too slowly. */
  isFast = true

  send<N extends PushName>(name: N, payload: PushPayload<N>): void {
    this.received.push({ name, payload, at: Date.now() })
  }

  keepsUp(): boolean {
    return this.isFast
  }

  /** The payloads of one push, oldest first, from `since` on. */
  pushes<N extends PushName>(name: N, since = 0): PushPayload<N>[] {
    return this.received
      .filter((push) => push.name === name && push.at >= since)
      .map((push) => push.payload as PushPayload<N>)
  }
}

/** As settings name them: every exchange there is, where the demo would run its own set. */
export const allExchanges: Readonly<Record<string, object>> = Object.fromEntries(exchangeIds.map((id) => [id, {}]))

export interface HubSetUp {
  /** As crossbook.yaml has it. */
  readonly settings?: Readonly<Record<string, unknown>>
  readonly folder?: string
  readonly dryRun?: boolean
}

export interface TestHub {
  readonly hub: Hub
  readonly client: RecordingClient
  readonly folder: string
  readonly settingsFile: string
  /** The reply's value; fails the test when the call is refused. */
  ask<N extends CallName>(name: N, request: CallRequest<N>): Promise<CallReply<N>>
  /** Rows of the database, read while the hub writes it. */
  rows<T>(sql: string): T[]
}

/** Not started yet; stopped when the test ends. */
export function createHub({ settings = {}, folder = temporaryFolder(), dryRun = false }: HubSetUp = {}): TestHub {
  const settingsFile = join(folder, 'crossbook.yaml')
  writeFileSync(settingsFile, stringify({ log: { level: 'silent' }, ...settings }))
  const config = Config.open({ file: settingsFile, template: null, flags: {}, env: {} })
  const hub = new Hub({
    config,
    dataDir: folder,
    dryRun,
    door: 'headless',
    version: '0',
    logger: createLogger('silent'),
  })
  onTestFinished(() => hub.stop())
  const client = new RecordingClient()
  hub.connect(client)
  return {
    hub,
    client,
    folder,
    settingsFile,
    async ask<N extends CallName>(name: N, request: CallRequest<N>) {
      const reply = await hub.call(client, name, request)
      expect(reply).toMatchObject({ ok: true })
      // The hub has just accepted a request of this name.
      return (reply.ok ? reply.value : null) as CallReply<N>
    },
    rows: (sql) => query(join(hub.dataDir, 'crossbook.db'), sql),
  }
}

export async function startHub(setUp: HubSetUp = {}): Promise<TestHub> {
  const created = createHub(setUp)
  await created.hub.start()
  return created
}

export function query<T>(file: string, sql: string): T[] {
  const database = new Database(file, { readonly: true, fileMustExist: true })
  try {
    return database.prepare<[], T>(sql).all()
  } finally {
    database.close()
  }
}

/** The simulator in a thread of its own, as the demo runs it. */
export async function simulatorThread(options: SimulatorOptions): Promise<Simulator> {
  const simulator = await startSimulatorWorker(options)
  onTestFinished(() => simulator.close())
  return simulator
}

/** Settings that run the real connectors against a simulator. */
export const settingsFor = (
  simulator: Simulator,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  mode: 'live',
  exchanges: Object.fromEntries(
    exchangeIds
      .map((exchange): [ExchangeId, Readonly<Record<string, string>>] => [exchange, simulator.originsOf(exchange)])
      .filter(([, origins]) => Object.keys(origins).length > 0)
      .map(([exchange, origins]) => [exchange, { origins }]),
  ),
  ...more,
})

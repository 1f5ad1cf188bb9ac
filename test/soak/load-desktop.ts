/**
 * `npm run load -- --desktop`: the load of eleven exchanges in the desktop program, and what each of its processes takes. See
 * docs/testing.md.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { z } from 'zod'
import { spansOf } from './load-report.ts'
import { sumOf } from './samples.ts'
import { root, simulatedBy, startSimulators, type WorldPlan, writeSettings } from './world.ts'

const lookEveryMs = 5_000
/** Of /proc's times: a hundredth of a second. */
const msPerTick = 10
const ApiReply = z.object({ ok: z.literal(true), value: z.object({ url: z.string() }) })

export interface DesktopLoad {
  readonly plan: WorldPlan
  /** Not measured: order books are built and candles fetched. */
  readonly settleMs: number
  readonly measuredMs: number
  readonly say: (text: string) => void
  readonly signal: AbortSignal
}

interface Look {
  readonly rssMb: number
  /** Its own pages and its share of those that several processes have. */
  readonly shareMb: number
  readonly cpuMs: number
}

const gone: Look = { rssMb: 0, shareMb: 0, cpuMs: 0 }

/** What the system (Linux) says of a process. */
function lookAt(pid: number): Look {
  try {
    const memory = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    const times = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    const megabytes = (field: string) =>
      (Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(memory)?.[1]) * 1_024) / 1e6
    const cpuMs = (Number(times[11]) + Number(times[12])) * msPerTick
    return { rssMb: megabytes('Rss'), shareMb: megabytes('Pss'), cpuMs }
  } catch {
    // it has ended
    return gone
  }
}

/** Prints what it finds. Judges nothing: which Electron this is, and that no graphics card helps it draw, is the machine's. */
export async function measureDesktop(load: DesktopLoad): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-load-'))
  const simulators = startSimulators(load.plan)
  try {
    const settings = { ...load.plan.settings, gateway: { port: 0, onDesktop: true, openMetrics: true } }
    writeSettings(folder, { ...load.plan, settings }, await simulatedBy(simulators), null)
    const app = await startElectron(folder)
    try {
      const page = await app.firstWindow()
      await page.getByRole('navigation').first().waitFor()
      await measure(app, await metricsOf(page), load)
    } finally {
      await app.close()
    }
  } finally {
    await Promise.all(simulators.map((simulator) => simulator.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
}

function startElectron(folder: string): Promise<ElectronApplication> {
  const executablePath = process.env.CROSSBOOK_E2E_ELECTRON
  if (!executablePath)
    throw new Error('--desktop: no Electron, or no display for it (npm run e2e says what is missing)')
  return _electron.launch({
    executablePath,
    // Root may not use Chromium's sandbox, and there may be no graphics card.
    args: [root, '--no-sandbox', '--disable-gpu', '--data', folder],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      CROSSBOOK_SQLITE_BINDING: process.env.CROSSBOOK_SQLITE_BINDING_FOR_ELECTRON ?? '',
    },
  })
}

/** How its metrics are read. */
async function metricsOf(page: Page): Promise<() => Promise<string>> {
  const reply = await page.evaluate(() => {
    const bridge: { call?: (name: string, request: object) => Promise<unknown> } = Reflect.get(window, 'crossbook')
    return bridge.call?.('api.status', {})
  })
  const { url } = ApiReply.parse(reply).value
  return async () => {
    const response = await fetch(`${url}/metrics`)
    if (!response.ok) throw new Error(`/metrics answers ${response.status}`)
    return response.text()
  }
}

async function measure(
  app: ElectronApplication,
  metrics: () => Promise<string>,
  { settleMs, measuredMs, say, signal }: DesktopLoad,
): Promise<void> {
  const pause = (ms: number) => delay(ms, undefined, { signal }).catch(() => undefined)
  await pause(settleMs)
  const processes = await app.evaluate(({ app: electron }) =>
    electron.getAppMetrics().map(({ pid, type, name }) => ({ pid, name: name ?? type })),
  )
  const lookAtAll = () => processes.map(({ pid }) => lookAt(pid))
  const sum = (looks: readonly Look[], of: 'rssMb' | 'shareMb') => looks.reduce((all, look) => all + look[of], 0)
  const begun = { at: performance.now(), text: await metrics(), looks: lookAtAll() }
  const taken: { readonly text: string; readonly looks: readonly Look[] }[] = []
  while (!signal.aborted && performance.now() - begun.at < measuredMs) {
    await pause(lookEveryMs)
    taken.push({ text: await metrics(), looks: lookAtAll() })
  }
  const last = taken.at(-1)
  if (last === undefined) throw new Error('too short to be measured')
  const lengthMs = performance.now() - begun.at

  const line = (cells: readonly string[]) => say(cells.map((cell) => cell.padStart(18)).join(' '))
  line(['process', 'CPU, % of a core', 'RSS MB', 'its share MB'])
  for (const [index, { name }] of processes.entries()) {
    const { rssMb, shareMb, cpuMs } = last.looks[index] ?? gone
    const cpu = (cpuMs - (begun.looks[index]?.cpuMs ?? 0)) / lengthMs
    line([name, (cpu * 100).toFixed(1), rssMb.toFixed(0), shareMb.toFixed(0)])
  }
  const most = (of: 'rssMb' | 'shareMb') => Math.max(...taken.map(({ looks }) => sum(looks, of))).toFixed(0)
  say(`all at most: RSS ${most('rssMb')} MB, ${most('shareMb')} MB where shared pages count once`)
  const frames = sumOf(last.text, 'crossbook_frames_total') - sumOf(begun.text, 'crossbook_frames_total')
  const { p50, p99 } = spansOf(begun.text, last.text, 'crossbook_receive_to_bus_seconds', {})
  const liveShares = taken.map(
    ({ text }) => sumOf(text, 'crossbook_order_books', { truth: 'live' }) / sumOf(text, 'crossbook_order_books'),
  )
  say(`${(lengthMs / 1_000).toFixed(0)} s, ${((frames / lengthMs) * 1_000).toFixed(0)} messages a second`)
  say(
    `to the bus p50 ${p50}, p99 ${p99} ms at most; live books at least ${(Math.min(...liveShares) * 100).toFixed(1)} %`,
  )
}

/** The starter's side of the simulator in a thread of its own. */
import { Worker } from 'node:worker_threads'
import { workerUrl } from '../worker-url.ts'
import { type Simulator, SimulatorError, type SimulatorStatistics } from './control.ts'
import { parseFault } from './faults.ts'
import type { Failure, Message, Request } from './messages.ts'
import type { SimulatorOptions } from './options.ts'

type Reply = Extract<Message, { kind: 'reply' }>
type Ready = Extract<Message, { kind: 'ready' }>
/** A request without its id; spelled per member, since Omit would melt the union. */
type Call<R extends Request = Request> = R extends Request ? Omit<R, 'id'> : never

interface Waiting {
  resolve(reply: Reply): void
  reject(error: Error): void
}

const errorOf = ({ message, expected }: Failure): Error => (expected ? new SimulatorError(message) : new Error(message))

/**
 * As `startSimulator`, in a worker thread. Should the thread die, calls reject from then on and its sockets are gone, which is what
 * clients of it see of a crashed exchange.
 */
export async function startSimulatorWorker(
  options: SimulatorOptions = {},
  tell: (notice: string) => void = (notice) => process.stderr.write(`${notice}\n`),
): Promise<Simulator> {
  const worker = new Worker(workerUrl('simulator'), { workerData: options, name: 'simulator' })
  const waiting = new Map<number, Waiting>()
  let nextId = 1
  let dead: Error | null = null

  const ready = await new Promise<Ready>((resolve, reject) => {
    const fail = (error: Error): void => {
      dead ??= error
      reject(error)
      for (const call of waiting.values()) call.reject(error)
      waiting.clear()
    }
    worker.on('message', (message: Message) => {
      if (message.kind === 'ready') return resolve(message)
      if (message.kind === 'notice') return tell(message.notice)
      if (message.kind === 'failed') return fail(errorOf(message.failure))
      const call = waiting.get(message.id)
      waiting.delete(message.id)
      if (message.kind === 'reply') call?.resolve(message)
      else call?.reject(errorOf(message.failure))
    })
    worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', (code) => fail(new Error(`the simulator’s thread ended (${code})`)))
  })

  const request = (call: Call): Promise<Reply> => {
    if (dead) return Promise.reject(dead)
    const id = nextId++
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      worker.postMessage({ ...call, id })
    })
  }
  const statisticsOf = (reply: Reply): SimulatorStatistics => {
    if (!reply.statistics) throw new Error('the simulator told no statistics')
    return reply.statistics
  }

  let closed: Promise<void> | null = null
  return {
    origins: Object.assign({}, ...Object.values(ready.origins)),
    originsOf: (exchange) => ready.origins[exchange] ?? {},
    keys: ready.keys,
    tradingKeys: ready.tradingKeys,
    withdrawingKeys: ready.withdrawingKeys,
    inject: async (fault) => {
      const { id } = await request({ call: 'inject', fault: parseFault(fault) })
      return {
        stop: async () => {
          await request({ call: 'stop', injected: id })
        },
      }
    },
    dropSockets: async (exchange) => (await request({ call: 'dropSockets', exchange })).dropped,
    statistics: async () => statisticsOf(await request({ call: 'statistics' })),
    close: () => {
      closed ??= (async () => {
        if (!dead) await request({ call: 'close' })
        await worker.terminate()
      })()
      return closed
    },
  }
}

import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'

/** A client's socket that remembers what came, cut when the test ends. */
export interface TestSocket {
  readonly socket: WebSocket
  readonly frames: readonly string[]
  send(words: unknown): void
  /** The first frame, old or new, that fits; rejects when the socket closes before. */
  frame(fits: (text: string) => boolean): Promise<string>
  /** Resolves with the close code; 1006 when there was no close frame. */
  readonly closed: Promise<number>
}

/** Resolves when open, rejects when the upgrade is refused. */
export async function openSocket(url: string): Promise<TestSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  onTestFinished(() => socket.terminate())
  const frames: string[] = []
  const waiting = new Set<() => void>()
  socket.on('message', (data: Buffer) => {
    frames.push(data.toString('utf8'))
    for (const check of waiting) check()
  })
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => socket.terminate())
  return {
    socket,
    frames,
    closed,
    send: (words) => socket.send(JSON.stringify(words)),
    frame: (fits) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const found = frames.find(fits)
          if (found === undefined) return
          waiting.delete(check)
          resolve(found)
        }
        waiting.add(check)
        check()
        closed.then((code) => reject(new Error(`closed with ${code} after ${frames.length} frames`)))
      }),
  }
}

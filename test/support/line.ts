import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * `pass` carries · `hole` swallows: what is open gets nothing any more, what comes is taken and never answered · `refuse` cuts all and
 * takes none · anything else is answered to everybody, and what was open is cut.
 */
export type LineMode = 'pass' | 'hole' | 'refuse' | { readonly answer: string }

export interface Line {
  readonly port: number
  use(mode: LineMode): Promise<void>
  /** Those open now get nothing any more, without a word; new ones pass. */
  freeze(): void
  /** Connections taken so far. */
  taken(): number
}

/** A test's own `onTestFinished`. */
export type OnEnd = (work: () => void | Promise<void>) => void

/** A way to a loopback port that can be disturbed; `onEnd` is told how to close it (tests that run side by side each have their own). */
export async function openLine(upstream: number, onEnd: OnEnd): Promise<Line> {
  let mode: LineMode = 'pass'
  let taken = 0
  const pairs = new Set<readonly [Socket, Socket | null]>()
  const server = createServer((socket) => {
    taken++
    const onward = mode === 'pass' ? connect(upstream, '127.0.0.1') : null
    const pair = [socket, onward] as const
    pairs.add(pair)
    for (const one of pair) {
      one?.on('error', () => one.destroy())
      one?.on('close', () => {
        pairs.delete(pair)
        for (const other of pair) other?.destroy()
      })
    }
    if (onward !== null) {
      socket.pipe(onward)
      onward.pipe(socket)
    } else if (typeof mode === 'object') {
      const { answer } = mode
      socket.once('data', () => socket.end(answer))
    } else socket.resume()
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const cut = () => {
    for (const [socket] of pairs) socket.resetAndDestroy()
  }
  const freeze = () => {
    for (const [socket, onward] of pairs) {
      if (onward === null) continue
      socket.unpipe(onward)
      onward.unpipe(socket)
      socket.resume()
      onward.resume()
    }
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  onEnd(() => {
    cut()
    server.close()
  })
  return {
    port,
    freeze,
    taken: () => taken,
    async use(next) {
      const wasClosed = mode === 'refuse'
      mode = next
      if (next === 'hole') freeze()
      else cut()
      if (next === 'refuse') await new Promise<void>((resolve) => server.close(() => resolve()))
      else if (wasClosed) await listen(port)
    },
  }
}

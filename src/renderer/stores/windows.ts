/** What the windows of one browser or one desktop tell each other: symbols that move together, and panes that stand in windows of their own. */
import { z } from 'zod'
import { LinkGroup, LinkTarget, Pane } from '../../shared/layouts.ts'
import { screens } from './shell.ts'

const WindowMessage = z.discriminatedUnion('kind', [
  /** A group shows another symbol. */
  z.strictObject({ kind: z.literal('link'), group: LinkGroup, target: LinkTarget }),
  /** A pane is another one now: from its own window, or to it. */
  z.strictObject({ kind: z.literal('pane'), pane: Pane }),
  /** A window with this pane is there, or is not any more. */
  z.strictObject({ kind: z.literal('opened'), id: z.string() }),
  z.strictObject({ kind: z.literal('closed'), id: z.string() }),
  /** Every window with a pane says that it is there. */
  z.strictObject({ kind: z.literal('who') }),
  /** The window of this pane closes: its pane is wanted elsewhere, or nowhere. */
  z.strictObject({ kind: z.literal('close'), id: z.string() }),
  /** A pane's window leads to a screen, which the main window shows. */
  z.strictObject({
    kind: z.literal('go'),
    screen: z.enum(screens),
    symbol: z.string().nullable(),
    exchange: z.string().nullable(),
  }),
  /** The same for the past of one direction of a pair. */
  z.strictObject({ kind: z.literal('history'), buy: z.string(), sell: z.string() }),
])
export type WindowMessage = z.infer<typeof WindowMessage>

export interface Windows {
  /** To all other windows; not to this one. */
  tell(message: WindowMessage): void
  on(listener: (message: WindowMessage) => void): () => void
  close(): void
}

const channelName = 'crossbook-windows'

export function openWindows(): Windows {
  const channel = new BroadcastChannel(channelName)
  const listeners = new Set<(message: WindowMessage) => void>()
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    const message = WindowMessage.safeParse(data)
    // A window of another version may speak of what this one does not know.
    if (message.success) for (const listener of listeners) listener(message.data)
  }
  return {
    tell: (message) => channel.postMessage(message),
    on(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    close: () => channel.close(),
  }
}

/** For a window that stands alone, as in tests. */
export const noWindows: Windows = { tell: () => {}, on: () => () => {}, close: () => {} }

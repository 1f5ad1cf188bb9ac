/** This machine's network, as Crossbook sees it. */
import { z } from 'zod'
import { Trouble } from './domain/index.ts'

export const NetworkStatus = z.object({
  /** null: exchanges are reached directly. Without user and password. */
  proxy: z.string().nullable(),
  hasProxyPassword: z.boolean(),
  /** null: the keychain works. Else one line why a password cannot be kept. */
  keychainProblem: z.string().nullable(),
  /** What is wrong with the network as a whole; null: nothing known. */
  trouble: Trouble.nullable(),
  /** Newest first: sleeps, clock jumps, changed networks, each with what was done. At most 50, of this run. */
  events: z.array(
    z.object({
      at: z.number(),
      kind: z.enum(['sleep', 'clock', 'network', 'dns', 'captive_portal', 'proxy']),
      words: z.string(),
    }),
  ),
})
export type NetworkStatus = Readonly<z.infer<typeof NetworkStatus>>

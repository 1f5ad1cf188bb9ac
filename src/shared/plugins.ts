/** Connectors of others: how settings name them, and what is told of each. */
import { z } from 'zod'
import { PluginExchangeId } from './domain/exchange.ts'

/** One entry of `plugins` in the settings. Naming a plugin loads nothing of it: `allowed` does. */
export const PluginSettings = z.strictObject({
  /** A package in the folder for plugins, or an absolute folder that holds one. */
  package: z
    .string()
    .max(400)
    .regex(
      /^((@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*|\/.*[^/]|[A-Za-z]:[\\/].*[^\\/])$/,
      'the name of a package such as crossbook-connector-acme, or the absolute path of its folder',
    ),
  exchange: PluginExchangeId,
  allowed: z.boolean().default(false),
})
export type PluginSettings = Readonly<z.infer<typeof PluginSettings>>

export const mostPlugins = 20

/** The Node that runs plugins, as the settings name it: where it lies on this machine. */
export const PluginNodePath = z
  .string()
  .regex(
    /^(\/.*[^/]|[A-Za-z]:[\\/].*[^\\/])$/,
    'the absolute path of a Node such as /usr/bin/node; none is looked for on PATH',
  )

/** Which Node runs plugins, or why none does. */
export const NodeForPlugins = z.object({
  /** As the settings name it; null: Crossbook's own. */
  named: z.string().nullable(),
  /** null: it did not say one. */
  version: z.string().nullable(),
  /** null: it runs them. installed: the installed desktop program, which cannot start its own. */
  fault: z.enum(['installed', 'absent', 'noFile', 'noNode', 'old']).nullable(),
})
export type NodeForPlugins = Readonly<z.infer<typeof NodeForPlugins>>

/** What is told of a plugin: of what it says of itself nothing was run, it is read from its package.json. */
export const PluginStatus = z.object({
  package: z.string(),
  exchange: PluginExchangeId,
  allowed: z.boolean(),
  /** null: its package cannot be read. */
  title: z.string().nullable(),
  version: z.string().nullable(),
  /** The addresses that it says it talks to. */
  origins: z.array(z.string()),
  /** In words, why it cannot be used; null: it can. */
  problem: z.string().nullable(),
})
export type PluginStatus = Readonly<z.infer<typeof PluginStatus>>

import { isAlive } from '../data-folder.ts'
import { announcedGateway, createLinkCode } from '../gateway/sessions.ts'
import { dataDirOf } from '../paths.ts'
import { CommandError } from './command-error.ts'

/** A one-time address for the browser, of the hub that serves from this data folder. */
export function link(flags: { readonly data?: string }): void {
  const dataDir = dataDirOf(flags.data, process.env)
  const running = announcedGateway(dataDir)
  if (!running || !isAlive(running.pid)) {
    throw new CommandError(
      `no Crossbook serves from ${dataDir}: start one with crossbook serve, or name its folder with --data`,
    )
  }
  process.stdout.write(`${running.url}/open?code=${createLinkCode(dataDir, Date.now())}\n`)
}

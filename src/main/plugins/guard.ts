/**
 * What Node's permission model leaves open in the process of a plugin and a plugin has no business with. Called before any line of the
 * plugin's is run; what is taken away here cannot be put back.
 */
import { syncBuiltinESMExports } from 'node:module'
import { connect } from 'node:net'
import os from 'node:os'
import { parse } from 'node:path'

const refuse = (what: string) => () => {
  throw new Error(`${what} is not open to a plugin`)
}

function takeAway(from: object, name: string, replacement: unknown): void {
  Object.defineProperty(from, name, { value: replacement, writable: false, configurable: false })
}

/**
 * Permissions are words among the arguments of whatever program was named as Node, and one may pass them over, as a utility process of Electron
 * does: only here can be seen whether they hold. In words, why no plugin may be loaded here.
 */
export function whyNotConfined(): string | null {
  const { permission } = process
  if (permission === undefined) return 'the program that was named as Node keeps to no permissions'
  // Without a place, Node 20 takes the working folder, which is the plugin's own.
  const { root } = parse(process.execPath)
  const open = ['fs.read', 'fs.write', 'child', 'worker'].filter((scope) => permission.has(scope, root))
  return open.length === 0 ? null : `the program that was named as Node was started with more than is given: ${open}`
}

/**
 * - Sockets in the file system and named pipes: the session bus, and behind it the keychain, listens at one.
 *   One that listens makes a file, wherever it likes.
 * - Signals to other processes: one of them opens the debugger of a Node program, Crossbook itself included. Nor is their priority its own.
 */
export function closeDoors(): void {
  for (const name of ['kill', '_kill', '_debugProcess', '_debugEnd']) takeAway(process, name, refuse(`process.${name}`))
  takeAway(os, 'setPriority', refuse('os.setPriority'))
  syncBuiltinESMExports()
  const socket = connect({ path: 'no such socket' })
  socket.on('error', () => undefined)
  const handle: unknown = Reflect.get(socket, '_handle')
  const pipe: unknown = typeof handle === 'object' && handle !== null ? Object.getPrototypeOf(handle) : null
  if (typeof pipe !== 'object' || pipe === null || !('connect' in pipe) || !('bind' in pipe))
    throw new Error('this Node keeps its pipes elsewhere')
  for (const name of ['connect', 'bind']) takeAway(pipe, name, refuse('a socket that is a file'))
  socket.destroy()
}

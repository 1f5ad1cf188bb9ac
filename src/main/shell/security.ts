/** What a window of ours may not do, whatever its page says: leave, open others, ask for permissions, load from elsewhere. */
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { app, protocol, type Session, session, shell, type WebContents } from 'electron'
import { paneOfUrl } from '../../shared/pane-address.ts'

/** The interface is served under a scheme of its own: `file:` pages could read other files. */
export const appOrigin = 'app://crossbook'

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

/** Before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

export function serveInterface(rendererDir: string): void {
  protocol.handle('app', async (request) => {
    const { host, pathname } = new URL(request.url)
    const file = normalize(join(rendererDir, decodeURIComponent(pathname === '/' ? '/index.html' : pathname)))
    if (host !== 'crossbook' || !file.startsWith(rendererDir + sep)) return new Response('not found', { status: 404 })
    try {
      const body = await readFile(file)
      return new Response(new Uint8Array(body), {
        headers: {
          'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
          'content-security-policy': contentSecurityPolicy,
          'x-content-type-options': 'nosniff',
        },
      })
    } catch {
      // Nothing of that name was built: the page's own error shows it.
      return new Response('not found', { status: 404 })
    }
  })
}

/** Links of the interface that open in the user's own browser: the chart library's licence asks for this one. */
const outsideLinks: readonly string[] = ['https://www.tradingview.com/']

export interface LockDownOptions {
  /** The hot-reload server of `npm run dev`, null otherwise. */
  readonly developmentUrl: string | null
  /** A page asked for the window of this pane; it gets none by itself. */
  onPaneWindow(opener: WebContents, pane: string): void
}

export function lockDown({ developmentUrl, onPaneWindow }: LockDownOptions): void {
  const pageUrl = developmentUrl ?? `${appOrigin}/`
  const allowed = (url: string) =>
    url.startsWith(`${appOrigin}/`) || (developmentUrl !== null && url.startsWith(developmentUrl))
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => {
      if (!allowed(event.url)) event.preventDefault()
    })
    contents.on('will-redirect', (event) => {
      if (!allowed(event.url)) event.preventDefault()
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      if (outsideLinks.includes(url)) void shell.openExternal(url)
      const pane = paneOfUrl(url, pageUrl)
      if (pane !== null) onPaneWindow(contents, pane)
      return { action: 'deny' }
    })
  })
  denyPermissions(session.defaultSession)
}

function denyPermissions(of: Session): void {
  of.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  of.setPermissionCheckHandler(() => false)
  of.setDevicePermissionHandler(() => false)
}

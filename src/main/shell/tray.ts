import { app, type BrowserWindow, Menu, nativeImage, Tray } from 'electron'
import { resourceFile } from '../paths.ts'

/** The tray icon: shows the window, or quits. The caller keeps the returned object, or the icon vanishes with it. */
export function createTray(window: BrowserWindow): Tray {
  const tray = new Tray(nativeImage.createFromPath(resourceFile('icon.png')).resize({ width: 22, height: 22 }))
  const show = () => {
    window.show()
    window.focus()
  }
  tray.setToolTip('Crossbook')
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { label: 'Show Crossbook', click: show },
      { type: 'separator' },
      { label: 'Quit', click: () => app.quit() },
    ]),
  )
  tray.on('click', show)
  return tray
}

/** The two IPC channels of the desktop door. */
export const callChannel = 'crossbook:call'
export const pushChannel = 'crossbook:push'

/** The operating system's keychain, behind keytar. Secrets of accounts will live here and nowhere else. */

/** null: the keychain works. Else one line that says what is missing and what to do. */
export async function keychainProblem(): Promise<string | null> {
  try {
    const { default: keytar } = await import('keytar')
    await keytar.findCredentials('crossbook')
    return null
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    const advice =
      process.platform === 'linux'
        ? 'install libsecret-1-0 and a keyring such as gnome-keyring, and unlock it'
        : 'unlock the keychain'
    return `no keychain (${reason}): ${advice}; public market data works without`
  }
}

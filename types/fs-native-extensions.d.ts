// fs-native-extensions 1 ships no types. Only what we call is declared.

declare module 'fs-native-extensions' {
  interface Extensions {
    /**
     * An exclusive lock on the whole file, false if somebody has it; of the open file, not of the
     * process, and gone when that is closed, however the process ends. @throws what the system says.
     */
    tryLock(fd: number): boolean;
  }

  const extensions: Extensions;
  export default extensions;
}

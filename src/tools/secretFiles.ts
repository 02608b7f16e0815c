/**
 * Files that usually hold keys. A search of a whole directory passes over them: nobody would be asked about what it
 * turns up there. Naming such a file as the path to search or read puts the question.
 */
export const secretFiles: readonly string[] = [
  '.env',
  '.env.*',
  '.netrc',
  '.npmrc',
  '.pypirc',
  '.git-credentials',
  'credentials.json',
  'id_rsa',
  'id_dsa',
  'id_ecdsa',
  'id_ed25519',
  '*.pem',
  '*.key',
  '*.p12',
  '*.pfx',
  '*.jks',
  '*.keystore',
  '.ssh/',
  '.aws/',
  '.gnupg/',
];

/**
 * Completion scripts: each shell asks the program what may stand at the cursor, by the hidden command `complete`, and so
 * completes what this version has. The program that the user typed is the one that is asked.
 */
const bash = `# Completion of dossier in bash. Load it with: source <(dossier completion bash)
_dossier() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" word note name
  if [[ $cur == "=" ]]; then cur=""; fi
  COMPREPLY=()
  while IFS=$'\\t' read -r word note; do
    case $word in
      :files | :folders)
        compopt -o filenames 2>/dev/null
        while IFS= read -r name; do COMPREPLY+=("$name"); done < <(
          if [[ $word == :files ]]; then compgen -f -- "$cur"; else compgen -d -- "$cur"; fi
        )
        ;;
      *=)
        compopt -o nospace 2>/dev/null
        COMPREPLY+=("$word")
        ;;
      *) COMPREPLY+=("$word") ;;
    esac
  done < <("\${COMP_WORDS[0]}" complete bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _dossier dossier
`;

const zsh = `#compdef dossier
# Completion of dossier in zsh. Load it with: source <(dossier completion zsh)
# or save it as _dossier in a folder of $fpath.
_dossier() {
  local word note
  local -a plain open
  while IFS=$'\\t' read -r word note; do
    case $word in
      :files) _files; return ;;
      :folders) _files -/; return ;;
      *=) open+=("\${word//:/\\\\:}:$note") ;;
      *) plain+=("\${word//:/\\\\:}:$note") ;;
    esac
  done < <("\${(Q)words[1]}" complete zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#open} )) && _describe -t values value open -S ''
  (( \${#plain} )) && _describe -t values value plain
}
if [ "$funcstack[1]" = "_dossier" ]; then
  _dossier "$@"
else
  compdef _dossier dossier
fi
`;

const fish = `# Completion of dossier in fish. Load it with: dossier completion fish | source
# or save it as ~/.config/fish/completions/dossier.fish.
function __dossier_candidates
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] complete fish -- $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path "$current"
            case ':folders'
                __fish_complete_directories "$current"
            case '*'
                echo $line
        end
    end
end
complete --command dossier --no-files --arguments '(__dossier_candidates)'
`;

/** The script of each shell. */
export const scripts = { bash, zsh, fish } as const;

/** A shell whose command lines can be completed. */
export type Shell = keyof typeof scripts;

export const shells = Object.keys(scripts) as Shell[];

// cli: what a shell must know to ask `microscaling complete`, which prints a candidate a line, with a tab before what is
// to be said about it, or the one line `:files`.
//
// Our own, since the one kept library for this declares read-only variables in bash that two programs with it fight
// over, and asks for the functions of bash-completion, which a bare machine lacks.

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What is in quotes reaches the program as one word; COMP_WORDBREAKS would cut words at `=` and `:`. */
const BASH = `_microscaling() {
  local IFS=$'\\n' line words=() found=()
  local typed="\${COMP_LINE:0:COMP_POINT}"
  IFS=' ' read -r -a words <<< "$typed"
  [[ "$typed" == *' ' ]] && words+=('')
  local last="\${words[\${#words[@]}-1]}"
  while IFS= read -r line; do
    if [[ "$line" == ':files' ]]; then
      compopt -o filenames 2>/dev/null
      [[ "$last" == --*=* ]] && last="\${last#*=}"
      COMPREPLY=($(compgen -f -- "$last"))
      return
    fi
    found+=("\${line%%$'\\t'*}")
  done < <("\${words[0]}" complete -- "\${words[@]:1}" 2>/dev/null)
  # bash replaces what stands behind the last of its word breaks only
  local kept="\${last%"\${last##*[=:]}"}"
  COMPREPLY=("\${found[@]#"$kept"}")
  [[ \${#COMPREPLY[@]} -eq 1 && "\${COMPREPLY[0]}" == *= ]] && compopt -o nospace 2>/dev/null
}
complete -F _microscaling microscaling
`;

const ZSH = `#compdef microscaling
_microscaling() {
  local -a described counts
  local line value about
  while IFS= read -r line; do
    if [[ "$line" == ':files' ]]; then
      compset -P '--*='
      _files
      return
    fi
    value="\${line%%$'\\t'*}"
    about=''
    [[ "$line" == *$'\\t'* ]] && about="\${line#*$'\\t'}"
    if [[ "$value" == *= ]]; then
      counts+=("$value")
    else
      described+=("\${value//:/\\\\:}:$about")
    fi
  done < <("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#counts} )) && compadd -S '' -- "\${counts[@]}"
  (( \${#described} )) && _describe 'microscaling' described
}
if [[ "\${funcstack[1]}" == '_microscaling' ]]; then
  _microscaling "$@"
else
  compdef _microscaling microscaling
fi
`;

const FISH = `function __microscaling_complete
  set -l typed (commandline -opc) (commandline -ct)
  set -l found ($typed[1] complete -- $typed[2..-1] 2>/dev/null)
  if test "$found" = ':files'
    set -l word (commandline -ct)
    set -l flag (string match -r -- '^--[^=]*=' $word)
    for file in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' $word))
      echo "$flag$file"
    end
  else
    printf '%s\\n' $found
  end
end
complete -c microscaling -f -a '(__microscaling_complete)'
`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** How the script is put to use, for a person. */
export const HOW: Readonly<Record<Shell, string>> = {
  bash: 'eval "$(microscaling completion bash)" in ~/.bashrc',
  zsh: 'eval "$(microscaling completion zsh)" in ~/.zshrc, behind compinit',
  fish: 'microscaling completion fish > ~/.config/fish/completions/microscaling.fish',
};

package main

import "time"

// globals are the flags of every command.
type globals struct {
	Data           string `env:"WENBAO_DATA" type:"place" placeholder:"DIR"`
	PassphraseFile string `type:"path" placeholder:"FILE"`
	JSON           bool   `name:"json"`
	Server         string `placeholder:"URL"`
	ServerKey      string `type:"path" placeholder:"FILE"`
	Lang           string `placeholder:"zh-CN|en"`
}

// commands is the whole command line. Help texts come from the translations;
// see translate.
type commands struct {
	globals

	Draft     draftCommands  `cmd:""`
	Sync      syncCommand    `cmd:""`
	Status    statusCommand  `cmd:""`
	Conflicts conflictsList  `cmd:""`
	Resolve   resolveCommand `cmd:""`
	Print     printCommand   `cmd:""`
	Verify    verifyCommand  `cmd:""`
	Photo     photoCommands  `cmd:""`
	ID        idCommands     `cmd:"" name:"id"`
	Store     storeCommands  `cmd:""`
	Pack      packCommands   `cmd:""`
	Login     loginCommand   `cmd:""`
}

type draftCommands struct {
	New      draftNew      `cmd:""`
	Set      draftSet      `cmd:""`
	Show     draftShow     `cmd:""`
	List     draftList     `cmd:""`
	Check    draftCheck    `cmd:""`
	Photo    draftPhoto    `cmd:""`
	Attach   draftAttach   `cmd:""`
	Submit   draftSubmit   `cmd:""`
	Confirm  draftConfirm  `cmd:""`
	Pay      draftPay      `cmd:""`
	Withdraw draftWithdraw `cmd:""`
	History  draftHistory  `cmd:""`
	Restore  draftRestore  `cmd:""`
	Delete   draftDelete   `cmd:""`
	Undelete draftUndelete `cmd:""`
	Purge    draftPurge    `cmd:""`
}

type draftNew struct {
	From string `type:"path" placeholder:"FILE.json"`
}

type draftSet struct {
	ID     string   `arg:"" name:"id"`
	Fields []string `arg:"" name:"fields"`
}

type draftShow struct {
	ID string `arg:"" name:"id"`
}

type draftList struct {
	State  string
	Search string
}

type draftCheck struct {
	ID   string `arg:"" optional:"" name:"id"`
	File string `type:"path" placeholder:"FILE.json"`
	Date string `placeholder:"2026-03-10"`

	Needs bool
}

type draftPhoto struct {
	ID   string `arg:"" name:"id"`
	File string `arg:"" type:"path" name:"file"`
}

type draftAttach struct {
	ID   string `arg:"" name:"id"`
	Kind string `arg:"" name:"kind"`
	File string `arg:"" type:"path" name:"file"`
}

type draftSubmit struct {
	IDs []string `arg:"" name:"ids"`
}

type draftConfirm struct {
	ID string `arg:"" name:"id"`
}

type draftPay struct {
	ID     string `arg:"" name:"id"`
	Method string `required:"" enum:"sandbox"`
}

type draftWithdraw struct {
	ID string `arg:"" name:"id"`
}

type draftHistory struct {
	ID string `arg:"" name:"id"`
}

type draftRestore struct {
	ID       string `arg:"" name:"id"`
	Revision uint64 `arg:"" name:"revision"`
}

type draftDelete struct {
	ID string `arg:"" name:"id"`
}

type draftUndelete struct {
	ID string `arg:"" name:"id"`
}

type draftPurge struct {
	ID string `arg:"" name:"id"`
}

type syncCommand struct {
	Once      bool          `xor:"how"`
	UntilIdle bool          `xor:"how"`
	Timeout   time.Duration `placeholder:"10m"`
}

type statusCommand struct {
	IDs []string `arg:"" optional:"" name:"ids"`
}

type conflictsList struct{}

type resolveCommand struct {
	ID      string   `arg:"" name:"id"`
	Choices []string `arg:"" optional:"" name:"choices"`
}

type printCommand struct {
	IDs      []string `arg:"" optional:"" name:"ids"`
	All      bool
	State    string
	Output   string `short:"o" type:"place" placeholder:"FILE.pdf" xor:"where"`
	Printer  string `placeholder:"NAME" xor:"where"`
	Kind     string `default:"registration" enum:"registration,work-years,commitment,receipt,admission,list,contact-sheet"`
	Printers bool   `xor:"where"`
	Resume   bool   `xor:"where"`
	Sheet    int    `placeholder:"N" xor:"at"`
	After    string `placeholder:"NUMBER" xor:"at"`
	Forget   bool   `xor:"where"`
}

type verifyCommand struct {
	File string `arg:"" optional:"" type:"existingfile" name:"file"`
	Text string `placeholder:"QRTEXT"`
}

type photoCommands struct {
	Check  photoCheck  `cmd:""`
	Fix    photoFix    `cmd:""`
	Folder photoFolder `cmd:""`
}

type photoFolder struct {
	Dir    string `arg:"" type:"existingdir" name:"dir"`
	Output string `short:"o" type:"path" placeholder:"DIR"`
	Attach bool
	Sheet  string `type:"path" placeholder:"FILE.pdf"`
}

type photoCheck struct {
	File string `arg:"" type:"existingfile" name:"file"`
}

type photoFix struct {
	File       string `arg:"" type:"existingfile" name:"file"`
	Output     string `short:"o" required:"" type:"path" placeholder:"OUT.jpg"`
	Whiten     bool
	Rotate     float64 `placeholder:"DEGREES"`
	Brightness float64 `placeholder:"-1..1"`
}

type idCommands struct {
	Check idCheck `cmd:""`
}

type idCheck struct {
	Numbers []string `arg:"" name:"numbers"`
	Type    string
}

type storeCommands struct {
	Check   storeCheck   `cmd:""`
	Backup  storeBackup  `cmd:""`
	Restore storeRestore `cmd:""`
	Compact storeCompact `cmd:""`
	Keys    keysCommands `cmd:""`
}

type keysCommands struct {
	List       keysList       `cmd:""`
	Passphrase keysPassphrase `cmd:""`
	Recovery   keysRecovery   `cmd:""`
}

type keysList struct{}

type keysPassphrase struct {
	NewFile string `type:"existingfile" placeholder:"FILE" xor:"what" required:""`
	Remove  bool   `xor:"what" required:""`
}

type keysRecovery struct{}

type storeCheck struct{}

type storeBackup struct {
	File string `arg:"" type:"path" name:"file"`
}

type storeRestore struct {
	File         string `arg:"" type:"existingfile" name:"file"`
	RecoveryFile string `type:"existingfile" placeholder:"FILE"`
}

type storeCompact struct{}

type packCommands struct {
	Show   packShow   `cmd:""`
	Verify packVerify `cmd:""`
	Judge  packJudge  `cmd:""`
}

type packShow struct {
	Pack string `arg:"" optional:"" name:"pack"`
}

type packVerify struct {
	File string `arg:"" type:"path" name:"file"`
}

type packJudge struct {
	File string `arg:"" type:"path" name:"file"`
}

type loginCommand struct{}

INSERT INTO `payers` (`id`, `iin`) VALUES (0,'900517252607');
